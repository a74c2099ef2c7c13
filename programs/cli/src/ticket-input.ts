import { ticketCookieValues, tryDecodeTicket } from "@countersign/ticket";
import { Option } from "commander";
import { CommandError } from "./command-error.ts";
import { parseCookieName } from "./option-values.ts";
import { readStreamBounded } from "./read-bounded.ts";
import { note, type Terminal } from "./terminal.ts";

const maxInputBytes = 16_384;

/** Said in the help of each command that takes a ticket. */
export const ticketArgument =
  "the ticket, its URL-encoded form, a cookie (name=value), or Cookie and Set-Cookie header lines; default: standard input";

/** What was given: a ticket, or cookies of which any number may be tickets. */
export type TicketInput =
  /** `undefined`: neither a ticket nor the encoded form of one. */
  | { readonly kind: "ticket"; readonly text: string | undefined }
  /** As in the value of a Cookie header. */
  | { readonly kind: "cookies"; readonly header: string };

/** `--cookie-name`, for {@link readTicketInput}. */
export function cookieNameOption(): Option {
  return new Option("--cookie-name <name>", "the cookie to look for among cookies")
    .argParser(parseCookieName)
    .default("auth_pubtkt");
}

/**
 * The argument, or standard input when there is none.
 *
 * @throws {CommandError} `no-input` or `too-large`.
 */
export async function readTicketInput(
  terminal: Terminal,
  argument: string | undefined,
  cookieName: string,
): Promise<TicketInput> {
  const input = argument ?? (await fromStandardInput(terminal));
  if (argument !== undefined) {
    note(terminal, "note: other users of this machine can see arguments; standard input is safer");
  }
  return parseTicketInput(input, cookieName);
}

/** Tells the forms apart that {@link ticketArgument} lists; other header lines are passed over. */
export function parseTicketInput(input: string, cookieName: string): TicketInput {
  const lines = [...input.matchAll(/^(?:set-)?cookie:(.*)$/gim)].map(([, line = ""]) =>
    line.trim(),
  );
  if (lines.length > 0) return { kind: "cookies", header: lines.join("; ") };
  // A ticket always has a semicolon before its signature; its encoded form never has one.
  const isTicket = input.includes(";sig=");
  if (!isTicket && ticketCookieValues(input, cookieName).length > 0) {
    return { kind: "cookies", header: input };
  }
  return { kind: "ticket", text: input.includes(";") ? input : tryDecodeTicket(input) };
}

/** The text of each ticket, in the order given; `undefined` for what is not the form of one. */
export function ticketTexts(
  input: TicketInput,
  cookieName: string,
): readonly (string | undefined)[] {
  if (input.kind === "ticket") return [input.text];
  return ticketCookieValues(input.header, cookieName).map(tryDecodeTicket);
}

async function fromStandardInput(terminal: Terminal): Promise<string> {
  if (terminal.stdin.isTTY) {
    const advice = "pipe it into this command (< FILE), or give it as the argument";
    throw new CommandError("no-input", `there is no ticket: ${advice}`);
  }
  return readStreamBounded(terminal.stdin, maxInputBytes);
}
