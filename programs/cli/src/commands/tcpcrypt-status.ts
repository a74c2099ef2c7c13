import { TcpcryptClientError, type TcpcryptStatus } from "@countersign/tcpcrypt-client";
import { areRequiredPortsClosed } from "@countersign/tcpcryptd";
import type { Command } from "commander";
import { withExamples } from "../examples.ts";
import { exitCodes } from "../exit-code.ts";
import { asking, type SocketOptions, withSocketOption } from "../tcpcrypt/control-socket.ts";
import { statusLines } from "../tcpcrypt/status-lines.ts";
import { note, say, sayJson, type Terminal } from "../terminal.ts";

/** Defines `countersign tcpcrypt status`. */
export function defineStatus(status: Command, terminal: Terminal): void {
  withSocketOption(status)
    .description("tell whether tcpcryptd runs, and what it does: exit code 1 if it does not run")
    .option("--json", "print JSON")
    .action((options: StatusOptions) => tellStatus(terminal, options));
  withExamples(status, ["countersign tcpcrypt status"]);
}

interface StatusOptions extends SocketOptions {
  readonly json?: true;
}

async function tellStatus(terminal: Terminal, options: StatusOptions): Promise<void> {
  const status = await statusOrNone(options);
  if (status === undefined) {
    tellOfNone(terminal, options);
    return;
  }
  if (options.json) {
    sayJson(terminal, { running: true, ...status });
    return;
  }
  for (const line of statusLines(status, terminal.now())) say(terminal, line);
  for (const warning of status.warnings) note(terminal, `note: ${warning}`);
}

function tellOfNone(terminal: Terminal, { json }: StatusOptions): void {
  terminal.exitWith(exitCodes.refused);
  // Only root may look at the kernel's rules.
  const requiredPortsClosed = process.getuid?.() === 0 ? areRequiredPortsClosed() : null;
  if (json) {
    sayJson(terminal, { running: false, requiredPortsClosed });
    return;
  }
  say(terminal, "tcpcryptd does not run here");
  if (requiredPortsClosed) {
    say(
      terminal,
      "ports whose mode is required stay closed: up encrypts them again, down opens them",
    );
  }
}

async function statusOrNone(options: SocketOptions): Promise<TcpcryptStatus | undefined> {
  try {
    return await asking(options, (client) => client.status());
  } catch (error) {
    if (error instanceof TcpcryptClientError && error.code === "unreachable") return undefined;
    throw error;
  }
}
