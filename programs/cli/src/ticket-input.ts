import { decodeTicket, TicketError } from "@countersign/ticket";
import { CommandError } from "./command-error.ts";
import { readStreamBounded } from "./read-bounded.ts";
import { note, type Terminal } from "./terminal.ts";

const maxInputBytes = 16_384;

/** Said in the help of each command that takes a ticket. */
export const ticketArgument =
  "the ticket, or a cookie's URL-encoded value; default: standard input";

/**
 * The ticket from the argument, or from standard input when there is none, decoded if need be.
 * `undefined`: it is neither a ticket nor the encoded value of one.
 *
 * @throws {CommandError} `no-input` or `too-large`.
 */
export async function readTicketInput(
  terminal: Terminal,
  argument: string | undefined,
): Promise<string | undefined> {
  const input = argument ?? (await fromStandardInput(terminal));
  if (argument !== undefined) {
    note(terminal, "note: other users of this machine can see arguments; standard input is safer");
  }
  // A ticket always has a semicolon before its signature; its encoded form never has one.
  if (input.includes(";")) return input;
  try {
    return decodeTicket(input);
  } catch (error) {
    if (error instanceof TicketError) return undefined;
    throw error;
  }
}

async function fromStandardInput(terminal: Terminal): Promise<string> {
  if (terminal.stdin.isTTY) {
    const advice = "pipe it into this command (< FILE), or give it as the argument";
    throw new CommandError("no-input", `there is no ticket: ${advice}`);
  }
  return readStreamBounded(terminal.stdin, maxInputBytes);
}
