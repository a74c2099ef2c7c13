import { encodeTicket, readTicketUnverified, TicketError } from "@countersign/ticket";
import type { Command } from "commander";
import { withExamples } from "../examples.ts";
import { exitCodes } from "../exit-code.ts";
import { say, sayJson, styled, type Terminal } from "../terminal.ts";
import { ticketJson, ticketLines } from "../ticket-description.ts";
import { cookieNameOption, readTicketInput, ticketArgument, ticketTexts } from "../ticket-input.ts";

/** Defines `countersign ticket show`. */
export function defineShow(show: Command, terminal: Terminal): void {
  show
    .description("print what a ticket says, or each of several, without checking that it is true")
    .argument("[ticket]", ticketArgument)
    .addOption(cookieNameOption())
    .option("--json", "print JSON; a list if there are several tickets")
    .action((ticket: string | undefined, options: ShowOptions) =>
      showTickets(terminal, ticket, options),
    );
  withExamples(show, [
    "countersign ticket show < ticket.txt",
    "countersign ticket show --cookie-name auth_pubtkt < headers.txt",
  ]);
}

interface ShowOptions {
  readonly cookieName: string;
  readonly json?: true;
}

async function showTickets(
  terminal: Terminal,
  argument: string | undefined,
  { cookieName, json }: ShowOptions,
): Promise<void> {
  const texts = ticketTexts(await readTicketInput(terminal, argument, cookieName), cookieName);
  const found =
    texts.length === 0 ? [`there is no cookie ${cookieName}`] : texts.map(readOrExplain);
  if (json) {
    const described = found.map(describe);
    sayJson(terminal, described.length === 1 ? described[0] : described);
  } else {
    for (const one of found) print(terminal, one);
  }
  const isRefused = found.every((one) => typeof one === "string");
  if (isRefused) terminal.exitWith(exitCodes.refused);
}

/** What a text says, or why it is no ticket. */
type Found = ReturnType<typeof readOrExplain>;

function describe(found: Found): object {
  if (typeof found === "string") return { ok: false, explanation: found };
  return { verified: false, ...found, ticket: ticketJson(found.ticket) };
}

function print(terminal: Terminal, found: Found): void {
  if (typeof found === "string") {
    say(terminal, `${styled(terminal, "red", "no ticket")}: ${found}`);
    return;
  }
  const { ticket, bytes, encodedLength } = found;
  const warning = "not verified: anyone may have written this";
  say(terminal, styled(terminal, "yellow", warning));
  for (const line of ticketLines(ticket, terminal.now())) say(terminal, line);
  say(terminal, `${"size".padEnd(15)} ${bytes} bytes, ${encodedLength} as a cookie`);
}

function readOrExplain(text: string | undefined) {
  if (text === undefined) return "the text is neither a ticket nor a cookie's URL-encoded value";
  try {
    const ticket = readTicketUnverified(text);
    const bytes = Buffer.byteLength(text);
    return { bytes, encodedLength: encodeTicket(text).length, ticket };
  } catch (error) {
    if (error instanceof TicketError) return error.message;
    throw error;
  }
}
