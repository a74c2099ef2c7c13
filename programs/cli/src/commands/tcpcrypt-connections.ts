import type { Command } from "commander";
import { withExamples } from "../examples.ts";
import { connectionLines } from "../tcpcrypt/connection-lines.ts";
import { asking, type SocketOptions, withSocketOption } from "../tcpcrypt/control-socket.ts";
import { note, say, sayJson, type Terminal } from "../terminal.ts";

/** Defines `countersign tcpcrypt connections`. */
export function defineConnections(connections: Command, terminal: Terminal): void {
  withSocketOption(connections)
    .description("list connections: your own, or all for root and the group in the settings")
    .option("--json", "print JSON")
    .action((options: ConnectionsOptions) => list(terminal, options));
  withExamples(connections, ["countersign tcpcrypt connections"]).addHelpText(
    "after",
    "\n→ connections that this machine opened, ← those that it accepted. That a connection is\n" +
      "encrypted does not tell who is at the other end: for that, both ends compare the session ID.",
  );
}

interface ConnectionsOptions extends SocketOptions {
  readonly json?: true;
}

async function list(terminal: Terminal, options: ConnectionsOptions): Promise<void> {
  const connections = await asking(options, (client) => client.connections());
  if (options.json) sayJson(terminal, connections);
  else if (connections.length === 0) note(terminal, "there are no connections");
  else for (const line of connectionLines(connections, terminal.now())) say(terminal, line);
}
