import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Owner } from "./cleanup.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";
import type { PreparedSite } from "./site.ts";

/** Starts Debian's HAProxy with the site's `haproxy.cfg`, beside whatever HAProxy runs already. */
export function startHaproxy(owner: Owner, { folder }: PreparedSite): Promise<ServerProcess> {
  const configuration = join(folder, "haproxy.cfg");
  // Only root may become another user, and HAProxy does not start where it may not.
  if (process.getuid?.() !== 0) {
    const text = readFileSync(configuration, "utf8");
    writeFileSync(configuration, text.replaceAll(/^ *(?:user|group) .*\n/gm, ""));
  }
  // HAProxy gives its sockets their names once it has all its ports. Without that sign, another
  // server that was quicker to take the port would pass for ours.
  const sign = join(folder, "has-its-ports.sock");
  const more = join(folder, "has-its-ports.cfg");
  writeFileSync(more, `global\n    stats socket "${sign}"\n`);
  return startServerProcess(owner, {
    command: "/usr/sbin/haproxy",
    args: ["-db", "-f", configuration, "-f", more],
    isReady: async () => existsSync(sign),
  });
}
