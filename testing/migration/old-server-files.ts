import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Keys, keyNames, writePublicKeys } from "./keys.ts";
import { type Directives, mainServer, type OldSite, type Section } from "./old-site.ts";

/** An Apache with mod_auth_pubtkt before all sites; each is a virtual host. */
export interface OldServer {
  /** By their host names. */
  readonly sites: ReadonlyMap<string, OldSite>;
  readonly keys: Keys;
  readonly address: string;
  readonly ports: Ports;
  /** PEM files of the certificate of all sites over TLS. */
  readonly certificate: { readonly certificateFile: string; readonly keyFile: string };
}

/** Where both servers listen, each at its own address, so that their sites have the same origins. */
export interface Ports {
  readonly http: number;
  readonly https: number;
}

/** The pages of every site. All show what a CGI program learns of its visitor. */
export const pages = [
  "/show.cgi",
  "/special.cgi",
  "/area/show.cgi",
  "/area/special.cgi",
  "/area/deep/show.cgi",
  "/other/show.cgi",
] as const;

/** Writes `httpd.conf`, `sites.conf`, keys, pages and .htaccess files into `folder`. */
export function writeOldServer(folder: string, server: OldServer): void {
  writePublicKeys(server.keys, folder);
  write(join(folder, "show.cgi"), showCgi, 0o755);
  write(join(folder, "httpd.conf"), httpdConf(folder, server));
  const hosts = [...server.sites].map(([host, site]) => virtualHost(folder, server, host, site));
  write(join(folder, "sites.conf"), hosts.join("\n"));
  for (const [host, site] of server.sites) {
    const root = join(folder, "sites", host);
    for (const page of pages) {
      mkdirSync(join(root, page, ".."), { recursive: true });
      symlinkSync(join(folder, "show.cgi"), join(root, page));
    }
    for (const section of site.sections) {
      if (section.kind !== ".htaccess") continue;
      write(join(root, section.path, ".htaccess"), lines(folder, section).join("\n"));
    }
  }
}

function write(file: string, text: string, mode = 0o644): void {
  writeFileSync(file, `${text}\n`);
  chmodSync(file, mode);
}

/** Six values with a NUL after each, in Base64: a header can hold nothing else of what they may be. */
const showCgi = `#!/bin/sh
cat >/dev/null
seen=$(printf '%s\\0' "$REMOTE_USER" "$REMOTE_USER_TOKENS" "$REMOTE_USER_DATA" "$AUTH_TYPE" \\
  "$HTTP_AUTHORIZATION" "$HTTP_COOKIE" | base64 -w0)
printf 'Content-Type: text/plain\\r\\nX-Seen: %s\\r\\n\\r\\nshown\\n' "$seen"`;

const modules = [
  "mpm_event",
  "authn_core",
  "authz_core",
  "authz_user",
  "authz_host",
  "alias",
  "dir",
  "env",
  "headers",
  "mime",
  "rewrite",
  "setenvif",
  "ssl",
  "cgid",
  "authnz_fcgi",
  "auth_pubtkt",
];

function httpdConf(folder: string, { address, ports }: OldServer): string {
  return `ServerRoot "${folder}"
ServerName nobody.invalid
Listen ${address}:${ports.http} http
Listen ${address}:${ports.https} https
PidFile "${folder}/httpd.pid"
ErrorLog "${folder}/error.log"
LogLevel warn
User www-data
Group www-data
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
# One process, so that all sites share the module's cache.
StartServers 1
ServerLimit 1
ThreadsPerChild 32
MaxRequestWorkers 32
<IfModule mod_auth_pubtkt.c>
    ${directiveLines(folder, mainServer).join("\n    ")}
</IfModule>
Define SSO http://sso.example.com
TypesConfig /etc/mime.types
ScriptSock "${folder}/cgid.sock"
DirectoryIndex show.cgi
AddHandler cgi-script .cgi
<Directory "/">
    AllowOverride None
    Require all denied
</Directory>
<Directory "${folder}/sites">
    Options +ExecCGI +FollowSymLinks
    AllowOverride All
    Require all granted
</Directory>
<VirtualHost *:${ports.http}>
    ServerName nobody.invalid
    <Location "/">
        Require all denied
    </Location>
</VirtualHost>
Include "${folder}/sites.conf"`;
}

function virtualHost(folder: string, server: OldServer, host: string, site: OldSite): string {
  const { certificateFile, keyFile } = server.certificate;
  const tls = [
    "SSLEngine on",
    `SSLCertificateFile "${certificateFile}"`,
    `SSLCertificateKeyFile "${keyFile}"`,
  ];
  const port = server.ports[site.scheme];
  const root = join(folder, "sites", host);
  return [
    `<VirtualHost *:${port}>`,
    `ServerName ${site.scheme === "https" ? "https://" : ""}${host}${site.isNamedWithoutPort ? "" : `:${port}`}`,
    ...(site.alias === undefined ? [] : [`ServerAlias ${site.alias}`]),
    `DocumentRoot "${root}"`,
    ...(site.scheme === "https" ? tls : []),
    ...directiveLines(folder, site.server),
    ...(site.inner?.lines ?? []),
    ...site.sections.flatMap((section) => sectionLines(folder, root, section)),
    "</VirtualHost>",
  ].join("\n");
}

function sectionLines(folder: string, root: string, section: Section): readonly string[] {
  if (section.kind === ".htaccess") return [];
  const escaped = root.replaceAll(".", "[.]");
  const opening = openingOf(root, section)
    .replaceAll("@root@", root)
    .replaceAll("@escaped-root@", escaped);
  const name = /^<(\w+)/.exec(opening)?.[1];
  return [opening, ...lines(folder, section).map((line) => `    ${line}`), `</${name}>`];
}

function openingOf(root: string, section: Section): string {
  switch (section.kind) {
    case "Location":
      return `<Location "${section.path}">`;
    case "Directory":
      return `<Directory "${join(root, section.path)}">`;
    case "Files":
      return `<Files "${section.name}">`;
    case "other":
      return section.opening;
    case ".htaccess":
      throw new TypeError("an .htaccess file is no section");
  }
}

function lines(folder: string, { directives, others = [] }: Section): readonly string[] {
  return [...others, ...directiveLines(folder, directives)];
}

function directiveLines(folder: string, directives: Directives): readonly string[] {
  return Object.entries(directives).map(([name, value]) => `${name} ${filled(folder, value)}`);
}

function filled(folder: string, value: string): string {
  let text = value;
  for (const name of keyNames) text = text.replaceAll(`@${name}@`, `"${folder}/${name}.pem"`);
  return text;
}
