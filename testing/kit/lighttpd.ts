import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Owner } from "./cleanup.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";
import type { PreparedSite } from "./site.ts";

/** Starts Debian's lighttpd with the site's `lighttpd.conf`, beside whatever lighttpd runs already. */
export function startLighttpd(owner: Owner, { folder }: PreparedSite): Promise<ServerProcess> {
  const pidFile = join(folder, "lighttpd.pid");
  return startServerProcess(owner, {
    command: "/usr/sbin/lighttpd",
    args: ["-D", "-f", join(folder, "lighttpd.conf")],
    // It makes the file at first and writes to it once it has the port. Without that sign, another
    // server that was quicker to take the port would pass for ours.
    isReady: async () => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "",
  });
}
