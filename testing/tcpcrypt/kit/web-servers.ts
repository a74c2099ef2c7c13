import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Owner } from "../../kit/cleanup.ts";
import type { Host } from "../../kit/namespaces/host.ts";
import { temporaryFolder } from "../../kit/temporary-folder.ts";
import { accepts } from "./accepts.ts";

/** A page that a web server gives out under `/`. */
export interface WebServer {
  readonly name: string;
  start(owner: Owner, host: Host, port: number, page: string): Promise<void>;
}

/** The web servers that the suite visits: Debian's nginx and Apache, and one of Node. */
export const webServers: readonly WebServer[] = [
  {
    name: "nginx",
    async start(owner, host, port, page) {
      const folder = siteWith(owner, page);
      const file = join(folder, "nginx.conf");
      writeFileSync(file, nginxConfiguration(folder, port));
      await host.start({
        command: "/usr/sbin/nginx",
        args: ["-e", join(folder, "error.log"), "-c", file, "-g", "daemon off;"],
        isReady: () => accepts(host, port),
      });
    },
  },
  {
    name: "Apache",
    async start(owner, host, port, page) {
      const folder = siteWith(owner, page);
      const file = join(folder, "httpd.conf");
      writeFileSync(file, apacheConfiguration(folder, port));
      await host.start({
        command: "/usr/sbin/apache2",
        args: ["-f", file, "-DFOREGROUND"],
        isReady: () => accepts(host, port),
      });
    },
  },
  {
    name: "Node",
    async start(owner, host, port, page) {
      const file = join(siteWith(owner, page), "server.js");
      writeFileSync(file, nodeServer(port, page));
      await host.start({
        command: process.execPath,
        args: [file],
        isReady: () => accepts(host, port),
      });
    },
  },
];

function siteWith(owner: Owner, page: string): string {
  const folder = temporaryFolder(owner);
  const pages = join(folder, "htdocs");
  mkdirSync(pages);
  chmodSync(pages, 0o755);
  writeFileSync(join(pages, "index.html"), page);
  return folder;
}

function nginxConfiguration(folder: string, port: number): string {
  return `
pid "${folder}/nginx.pid";
error_log "${folder}/error.log" warn;
user www-data;
worker_processes 1;
events { worker_connections 128; }
http {
    access_log off;
    client_body_temp_path "${folder}/body";
    proxy_temp_path "${folder}/proxy";
    fastcgi_temp_path "${folder}/fastcgi";
    uwsgi_temp_path "${folder}/uwsgi";
    scgi_temp_path "${folder}/scgi";
    server {
        listen ${port};
        listen [::]:${port};
        root "${folder}/htdocs";
    }
}
`;
}

function apacheConfiguration(folder: string, port: number): string {
  return `
ServerRoot "${folder}"
ServerName nobody.invalid
Listen ${port}
PidFile "${folder}/httpd.pid"
ErrorLog "${folder}/error.log"
User www-data
Group www-data
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
DirectoryIndex index.html
DocumentRoot "${folder}/htdocs"
<Directory "${folder}/htdocs">
    Require all granted
</Directory>
`;
}

function nodeServer(port: number, page: string): string {
  return `
require("node:http")
  .createServer((request, response) => response.end(${JSON.stringify(page)}))
  .listen(${port});
`;
}
