import { parseConfiguration } from "../../src/migrate/configuration-tree.ts";
import { serversOf, type VirtualServer } from "../../src/migrate/servers.ts";

/** The first server of a configuration. */
export function serverOf(text: string): VirtualServer {
  const [server] = serversOf(parseConfiguration(text, "f").statements);
  if (server === undefined) throw new Error("there is no server");
  return server;
}
