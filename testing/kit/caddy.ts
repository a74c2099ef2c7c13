import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { atEnd, type Owner } from "./cleanup.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";
import type { PreparedSite } from "./site.ts";

/** Starts Debian's Caddy with the site's `Caddyfile`, beside whatever Caddy runs already. */
export async function startCaddy(owner: Owner, { folder }: PreparedSite): Promise<ServerProcess> {
  // It calls here once it has all its ports. Without that sign, another server that was quicker to
  // take the port would pass for ours.
  let hasCalled = false;
  const called = createServer((socket) => {
    hasCalled = true;
    socket.destroy();
  });
  atEnd(owner, () => void called.close());
  await once(called.listen(0, "127.0.0.1"), "listening");
  const { port } = called.address() as AddressInfo;
  return startServerProcess(owner, {
    command: "/usr/bin/caddy",
    args: ["run", "--config", join(folder, "Caddyfile"), "--pingback", `127.0.0.1:${port}`],
    // Where it keeps a copy of its configuration.
    env: { ...process.env, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
    isReady: async () => hasCalled,
  });
}
