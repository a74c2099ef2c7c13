import { existsSync, readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { Owner } from "./cleanup.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";
import type { PreparedSite } from "./site.ts";

/** Starts Debian's Apache with the site's `httpd.conf`, beside whatever Apache runs already. */
export function startApache(owner: Owner, site: PreparedSite): Promise<ServerProcess> {
  return startServerProcess(owner, {
    command: "/usr/sbin/apache2",
    args: ["-f", join(site.folder, "httpd.conf"), "-DFOREGROUND"],
    isReady: () => isListening(site, "httpd.pid"),
    readLogs: () => logsIn(site.folder),
  });
}

/** Starts Debian's nginx with the site's `nginx.conf`, beside whatever nginx runs already. */
export function startNginx(owner: Owner, site: PreparedSite): Promise<ServerProcess> {
  const errorLog = join(site.folder, "error.log");
  return startServerProcess(owner, {
    command: "/usr/sbin/nginx",
    // Without -e it writes to /var/log before it has read its configuration.
    args: ["-e", errorLog, "-c", join(site.folder, "nginx.conf"), "-g", "daemon off;"],
    isReady: () => isListening(site, "nginx.pid"),
    readLogs: () => logsIn(site.folder),
  });
}

/**
 * Both servers write their process id once they have the port. Without that sign, another server
 * that was quicker to take the port would pass for ours.
 */
async function isListening({ folder, port }: PreparedSite, pidFile: string): Promise<boolean> {
  return existsSync(join(folder, pidFile)) && (await acceptsConnections(port));
}

function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function logsIn(folder: string): string {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".log"))
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("");
}
