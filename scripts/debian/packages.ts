/** A Debian package that the suites of `npm test` need. */
export interface DebianPackage {
  readonly name: string;
  readonly reason: string;
  /** Where its service, were it started, would note its process. */
  readonly pidFile?: string;
}

/** What `npm test` needs beyond npm. Unit tests (`npm run test:unit`) need none of it. */
export const debianPackages: readonly DebianPackage[] = [
  {
    name: "apache2",
    reason: "the Apache suites: the C module, and mod_authnz_fcgi with our gateway",
    pidFile: "/run/apache2/apache2.pid",
  },
  {
    name: "libapache2-mod-auth-pubtkt",
    reason: "the C module that our tickets must please",
  },
  {
    name: "nginx",
    reason: "the nginx suite: auth_request with our gateway",
    pidFile: "/run/nginx.pid",
  },
  {
    name: "lighttpd",
    reason: "the lighttpd suite: FastCGI authorizer with our gateway",
    pidFile: "/run/lighttpd.pid",
  },
  {
    name: "lighttpd-modules-lua",
    reason: "the lighttpd suite: mod_magnet, which tells applications who is visiting",
  },
  {
    name: "haproxy",
    reason: "the HAProxy suite: Lua with our gateway",
    pidFile: "/run/haproxy.pid",
  },
  {
    name: "caddy",
    reason: "the Caddy suite: forward_auth with our gateway",
  },
  {
    name: "lua-socket",
    reason: "the suite of Apache with mod_lua, which keeps its connections to our gateway",
  },
  {
    name: "php-cli",
    reason: "a PHP writer and reader of the ticket format",
  },
  {
    name: "php-cgi",
    reason: "PHP scripts that find the session ID of their connection",
  },
  {
    name: "fcgiwrap",
    reason: "CGI scripts behind nginx that find the session ID of their connection",
  },
  {
    name: "perl",
    reason: "a Perl writer and reader of the ticket format",
  },
  {
    name: "python3",
    reason: "Python scripts and programs that find the session ID of their connection",
  },
  {
    name: "openssl",
    reason: "signs and verifies tickets as the format's command-line recipe does",
  },
  {
    name: "iproute2",
    reason: "the tcpcrypt suite: network namespaces and the wires between them",
  },
  {
    name: "nftables",
    reason: "tcpcryptd's rules, and routers in its suite that tamper with packets",
  },
  {
    name: "iptables",
    reason: "tcpcryptd's queue of held connections, where nftables has none",
  },
  {
    name: "tcpdump",
    reason: "the tcpcrypt suite: what was on the wire",
  },
  {
    name: "curl",
    reason: "the tcpcrypt suite: a client that knows nothing of tcpcrypt",
  },
  {
    name: "procps",
    reason: "the tcpcrypt suite: sysctl",
  },
  {
    name: "chromium",
    reason: "the browser suite",
  },
  {
    name: "fonts-liberation",
    reason: "letters in the browser suite's screenshots",
  },
];
