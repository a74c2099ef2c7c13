import {
  anyClientAddress,
  anyConfirmation,
  anyHost,
  type Circumstances,
  createVerifier,
  type Digest,
  type EpochSeconds,
  refusalTexts,
  type Ticket,
  type Verification,
  type Verifier,
} from "@countersign/ticket";
import type { Command } from "commander";
import { withExamples } from "../examples.ts";
import { exitCodes } from "../exit-code.ts";
import { readPublicKey } from "../key-file.ts";
import {
  collect,
  digestOption,
  keyOptions,
  legacyOption,
  parseAddressOption,
  parseHost,
  parseTime,
} from "../option-values.ts";
import { note, say, sayJson, styled, type Terminal } from "../terminal.ts";
import { ticketJson, ticketLines } from "../ticket-description.ts";
import {
  cookieNameOption,
  readTicketInput,
  type TicketInput,
  ticketArgument,
} from "../ticket-input.ts";

/** Defines `countersign ticket verify`. */
export function defineVerify(verify: Command, terminal: Terminal): void {
  verify
    .description(
      "check a ticket: exit code 0 if it is valid, 1 if it is refused; of several cookies any valid one counts",
    )
    .argument("[ticket]", ticketArgument)
    .requiredOption("--key <file>", "a trusted public key; may be repeated", collect)
    .addOption(digestOption())
    .addOption(legacyOption())
    .addOption(cookieNameOption())
    .option("--now <time>", "the time to judge by; default: the clock", parseTime)
    .option(
      "--client-address <address>",
      "where it came from; default: anywhere",
      parseAddressOption,
    )
    .option("--host <name>", "the host it is shown to; default: any", parseHost)
    .option("--confirmed-key <thumbprint>", "the key its holder has proved; default: any")
    .option("--json", "print JSON")
    .action((ticket: string | undefined, options: VerifyOptions) =>
      verifyOne(terminal, ticket, options),
    );
  withExamples(verify, [
    "countersign ticket verify --key keys/ticket.pem.pub < ticket.txt",
    "countersign ticket verify --key old.pub --key new.pub --host wiki.example.com < cookie.txt",
  ]);
}

interface VerifyOptions {
  readonly key: readonly string[];
  readonly digest: Digest;
  readonly legacy?: true;
  readonly cookieName: string;
  readonly now?: EpochSeconds;
  readonly clientAddress?: string;
  readonly host?: string;
  readonly confirmedKey?: string;
  readonly json?: true;
}

async function verifyOne(
  terminal: Terminal,
  argument: string | undefined,
  options: VerifyOptions,
): Promise<void> {
  const keys = await Promise.all(
    options.key.map((path) => readPublicKey(path, keyOptions(options))),
  );
  const input = await readTicketInput(terminal, argument, options.cookieName);
  const at: Circumstances = {
    now: options.now ?? terminal.now(),
    clientAddress: options.clientAddress ?? anyClientAddress,
    host: options.host ?? anyHost,
    confirmedKey: options.confirmedKey ?? anyConfirmation,
  };
  const verifier = createVerifier({ keys });
  const verification = verifyInput(verifier, input, { ...at, cookieName: options.cookieName });
  if (verification.ok) noteUnchecked(terminal, verification.ticket, at);
  print(terminal, verification, { now: at.now, json: options.json === true });
  terminal.exitWith(verification.ok ? exitCodes.yes : exitCodes.refused);
}

function verifyInput(
  verifier: Verifier,
  input: TicketInput,
  { cookieName, ...at }: Circumstances & { readonly cookieName: string },
): Verification {
  const malformed = { ok: false, refusal: "malformed" } as const;
  if (input.kind === "cookies") {
    return verifier.verifyCookies(input.header, cookieName, at) ?? malformed;
  }
  return input.text === undefined ? malformed : verifier.verify(input.text, at);
}

/** What the ticket demands, but the caller has left open. */
function noteUnchecked(terminal: Terminal, ticket: Ticket, at: Circumstances): void {
  const unchecked = [
    at.clientAddress === anyClientAddress && ticket.clientAddress !== undefined
      ? "its client address (--client-address)"
      : "",
    at.host === anyHost && ticket.audience.length > 0 ? "its audience (--host)" : "",
    at.confirmedKey === anyConfirmation && ticket.confirmationKey !== undefined
      ? "the key it is bound to (--confirmed-key)"
      : "",
  ].filter((words) => words !== "");
  for (const words of unchecked) note(terminal, `note: not checked: ${words}`);
}

function print(
  terminal: Terminal,
  verification: Verification,
  { now, json }: { readonly now: EpochSeconds; readonly json: boolean },
): void {
  if (!verification.ok) {
    const { refusal } = verification;
    const explanation = refusalTexts[refusal];
    if (json) sayJson(terminal, { ok: false, refusal, explanation });
    else say(terminal, `${styled(terminal, "red", "refused")}: ${refusal}: ${explanation}`);
    return;
  }
  const { ticket, inGrace } = verification;
  if (json) {
    sayJson(terminal, { ok: true, inGrace, ticket: ticketJson(ticket) });
    return;
  }
  say(terminal, styled(terminal, "green", inGrace ? "valid, due for renewal" : "valid"));
  for (const line of ticketLines(ticket, now)) say(terminal, line);
}
