import { encodeTicket, readTicketUnverified, TicketError } from "@countersign/ticket";
import type { Command } from "commander";
import { withExamples } from "../examples.ts";
import { exitCodes } from "../exit-code.ts";
import { say, sayJson, styled, type Terminal } from "../terminal.ts";
import { ticketJson, ticketLines } from "../ticket-description.ts";
import { readTicketInput, ticketArgument } from "../ticket-input.ts";

/** Defines `countersign ticket show`. */
export function defineShow(show: Command, terminal: Terminal): void {
  show
    .description("print what a ticket says, without checking that it is true")
    .argument("[ticket]", ticketArgument)
    .option("--json", "print JSON")
    .action((ticket: string | undefined, options: { readonly json?: true }) =>
      showTicket(terminal, ticket, options),
    );
  withExamples(show, ["countersign ticket show < ticket.txt"]);
}

async function showTicket(
  terminal: Terminal,
  argument: string | undefined,
  { json }: { readonly json?: true },
): Promise<void> {
  const text = await readTicketInput(terminal, argument);
  const read = readOrExplain(text);
  if (typeof read === "string") {
    if (json) sayJson(terminal, { ok: false, explanation: read });
    else say(terminal, `${styled(terminal, "red", "no ticket")}: ${read}`);
    terminal.exitWith(exitCodes.refused);
    return;
  }
  const { ticket, bytes, encodedLength } = read;
  if (json) {
    sayJson(terminal, { verified: false, bytes, encodedLength, ticket: ticketJson(ticket) });
    return;
  }
  const warning = "not verified: anyone may have written this";
  say(terminal, styled(terminal, "yellow", warning));
  for (const line of ticketLines(ticket, terminal.now())) say(terminal, line);
  say(terminal, `${"size".padEnd(15)} ${bytes} bytes, ${encodedLength} as a cookie`);
}

function readOrExplain(text: string | undefined) {
  if (text === undefined) return "the text is neither a ticket nor a cookie's URL-encoded value";
  try {
    const ticket = readTicketUnverified(text);
    return {
      ticket,
      bytes: Buffer.byteLength(text),
      encodedLength: encodeTicket(text).length,
    };
  } catch (error) {
    if (error instanceof TicketError) return error.message;
    throw error;
  }
}
