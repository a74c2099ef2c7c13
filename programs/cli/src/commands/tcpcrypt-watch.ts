import type { TcpcryptEvent } from "@countersign/tcpcrypt-client";
import type { Command } from "commander";
import { withExamples } from "../examples.ts";
import { connectionLine } from "../tcpcrypt/connection-lines.ts";
import { asking, type SocketOptions, withSocketOption } from "../tcpcrypt/control-socket.ts";
import { note, say, styled, type Terminal } from "../terminal.ts";

/** Defines `countersign tcpcrypt watch`. */
export function defineWatch(watch: Command, terminal: Terminal): void {
  withSocketOption(watch)
    .description("print connections as they open and close, until Ctrl-C")
    .option("--json", "print one JSON object on each line")
    .action((options: WatchOptions) => follow(terminal, options));
  withExamples(watch, ["countersign tcpcrypt watch"]).addHelpText(
    "after",
    "\n= is open already, + opens, - closes; → this machine opened it, ← it accepted it.",
  );
}

interface WatchOptions extends SocketOptions {
  readonly json?: true;
}

async function follow(terminal: Terminal, options: WatchOptions): Promise<void> {
  await asking(options, async (client) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      terminal.onSignal(signal, () => client.close());
    }
    if (terminal.stdout.isTTY) note(terminal, "watching (Ctrl-C ends)");
    for await (const event of client.watch()) {
      say(terminal, options.json ? JSON.stringify(event) : eventLine(terminal, event));
    }
  });
}

const signs = { present: "=", opened: "+", closed: "-" } as const;
const styles = { present: "bold", opened: "green", closed: "yellow" } as const;

function eventLine(terminal: Terminal, { event, connection }: TcpcryptEvent): string {
  const time = new Date(terminal.now() * 1000).toISOString().slice(11, 19);
  return `${time} ${styled(terminal, styles[event], signs[event])} ${connectionLine(connection)}`;
}
