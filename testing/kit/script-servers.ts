import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Owner } from "./cleanup.ts";
import type { ServerProcess } from "./server-process.ts";
import { startServerProcess } from "./server-process.ts";
import type { PreparedSite } from "./site.ts";

/** Starts PHP as a FastCGI server on `php.sock` in the site's folder. */
export function startPhp(owner: Owner, site: PreparedSite): Promise<ServerProcess> {
  return startOnSocket(owner, site, {
    socket: "php.sock",
    command: "/usr/bin/php-cgi",
    argsFor: (socket) => ["-b", socket],
  });
}

/** Starts fcgiwrap, which runs CGI scripts for nginx, on `cgi.sock` in the site's folder. */
export function startFcgiwrap(owner: Owner, site: PreparedSite): Promise<ServerProcess> {
  return startOnSocket(owner, site, {
    socket: "cgi.sock",
    command: "/usr/sbin/fcgiwrap",
    argsFor: (socket) => ["-s", `unix:${socket}`],
  });
}

interface SocketServer {
  readonly socket: string;
  readonly command: string;
  readonly argsFor: (socket: string) => readonly string[];
}

async function startOnSocket(
  owner: Owner,
  { folder }: PreparedSite,
  { socket, command, argsFor }: SocketServer,
): Promise<ServerProcess> {
  const path = join(folder, socket);
  const running = await startServerProcess(owner, {
    command,
    args: argsFor(path),
    isReady: async () => statSync(path, { throwIfNoEntry: false })?.isSocket() === true,
  });
  // The web server works as another user.
  chmodSync(path, 0o666);
  return running;
}
