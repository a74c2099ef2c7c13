import type { Owner } from "./cleanup.ts";
import { startLighttpd } from "./lighttpd.ts";
import type { ServerProcess } from "./server-process.ts";
import type { PreparedSite } from "./site.ts";
import { startApache, startNginx } from "./web-servers.ts";

/** A web server that runs scripts and tells them session IDs. */
export interface ScriptServer {
  readonly name: string;
  /** Folders of examples/. */
  readonly example: readonly string[];
  /** How its configuration says that it listens on loopback alone; what to say for all addresses. */
  readonly loopback: { readonly file: string; readonly from: RegExp; readonly to: string };
  readonly command: string;
  argsFor(site: PreparedSite): readonly string[];
  start(owner: Owner, site: PreparedSite): Promise<ServerProcess>;
}

/** Debian's Apache, lighttpd and nginx. */
export const scriptServers: readonly ScriptServer[] = [
  {
    name: "Apache",
    example: ["apache-fcgi", "tcpcrypt-scripts", "apache-tcpcrypt"],
    loopback: { file: "httpd.conf", from: /^Listen 127\.0\.0\.1:/m, to: "Listen " },
    command: "/usr/sbin/apache2",
    argsFor: ({ folder }) => ["-f", `${folder}/httpd.conf`, "-DFOREGROUND"],
    start: startApache,
  },
  {
    name: "lighttpd",
    example: ["lighttpd", "tcpcrypt-scripts", "lighttpd-tcpcrypt"],
    loopback: { file: "lighttpd.conf", from: /"127\.0\.0\.1"/, to: '"0.0.0.0"' },
    command: "/usr/sbin/lighttpd",
    argsFor: ({ folder }) => ["-D", "-f", `${folder}/lighttpd.conf`],
    start: startLighttpd,
  },
  {
    name: "nginx",
    example: ["nginx", "tcpcrypt-scripts", "nginx-tcpcrypt"],
    loopback: { file: "nginx.conf", from: /listen 127\.0\.0\.1:/g, to: "listen " },
    command: "/usr/sbin/nginx",
    argsFor: ({ folder }) => [
      ...["-e", `${folder}/error.log`, "-c", `${folder}/nginx.conf`],
      ...["-g", "daemon off;"],
    ],
    start: startNginx,
  },
];

/** The scripts in examples/tcpcrypt-scripts, by their languages. */
export const scripts = {
  "a shell": "session-id.sh",
  Perl: "session-id.pl",
  Python: "session-id.py",
  PHP: "session-id.php",
} as const;

/** The session ID that a script has shown; `undefined`: it has found none. */
export function shownSessionId(body: string): string | undefined {
  if (body === "not encrypted by tcpcrypt\n") return undefined;
  const [, sessionId] = /^encrypted, session ID (.*)\n$/.exec(body) ?? [];
  if (sessionId === undefined) throw new Error(`no script of ours: ${body}`);
  return sessionId;
}
