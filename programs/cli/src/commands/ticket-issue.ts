import {
  createIssuer,
  type Digest,
  type EpochSeconds,
  encodeTicket,
  type TicketFields,
} from "@countersign/ticket";
import { type Command, Option } from "commander";
import { type BasicAuthOptions, readBasicAuth } from "../basic-auth-file.ts";
import { CommandError } from "../command-error.ts";
import { withExamples } from "../examples.ts";
import { readPrivateKey } from "../key-file.ts";
import {
  collectWords,
  digestOption,
  keyOptions,
  legacyOption,
  parseAddressOption,
  parseDuration,
  parseTime,
} from "../option-values.ts";
import { say, sayJson, type Terminal } from "../terminal.ts";

/** Defines `countersign ticket issue`. */
export function defineIssue(issue: Command, terminal: Terminal): void {
  issue
    .description("sign a ticket and print it")
    .requiredOption("--key <file>", "the private key")
    .requiredOption("--uid <name>", "the user's name")
    .addOption(
      new Option("--valid-for <duration>", "valid this long from now, such as 8h")
        .argParser(parseDuration)
        .conflicts("validUntil"),
    )
    .addOption(new Option("--valid-until <time>", "valid until then").argParser(parseTime))
    .option("--grace <duration>", "due for renewal this long before its end", parseDuration)
    .option("--token <word>", "a token; several with commas or by repeating", collectWords)
    .option("--user-data <text>", "free text for applications")
    .option("--client-address <address>", "valid only from there", parseAddressOption)
    .option("--basic-auth-file <file>", "a file with user:password, for bauth; -: standard input")
    .option("--passthrough-key-file <file>", "encrypt it with the 16 bytes in this file")
    .option("--multifactor", "a second factor was used")
    .option("--audience <host>", "valid only for this host; may be repeated", collectWords)
    .option("--issued-at <time>", "when it was issued", parseTime)
    .option("--sign-in-id <id>", "the sign-in it belongs to")
    .option("--ticket-id <id>", "this ticket's own id")
    .option("--confirmation-key <thumbprint>", "the key it is bound to")
    .option("--now <time>", "the time that --valid-for counts from; default: the clock", parseTime)
    .addOption(digestOption())
    .addOption(legacyOption())
    .addOption(
      new Option("--cookie", "print it URL-encoded, as a cookie's value").conflicts("json"),
    )
    .option("--json", "print JSON with both forms")
    .action((options: IssueOptions) => issueTicket(terminal, options));
  withExamples(issue, [
    "countersign ticket issue --key keys/ticket.pem --uid ada --valid-for 8h --token staff,ops",
    "countersign ticket issue --key keys/ticket.pem --uid ada --valid-for 8h --grace 1h --cookie",
  ]);
}

interface IssueOptions extends BasicAuthOptions {
  readonly key: string;
  readonly uid: string;
  readonly validFor?: number;
  readonly validUntil?: EpochSeconds;
  readonly grace?: number;
  readonly token?: readonly string[];
  readonly userData?: string;
  readonly clientAddress?: string;
  readonly multifactor?: true;
  readonly audience?: readonly string[];
  readonly issuedAt?: EpochSeconds;
  readonly signInId?: string;
  readonly ticketId?: string;
  readonly confirmationKey?: string;
  readonly now?: EpochSeconds;
  readonly digest: Digest;
  readonly legacy?: true;
  readonly cookie?: true;
  readonly json?: true;
}

async function issueTicket(terminal: Terminal, options: IssueOptions): Promise<void> {
  const basicAuth = await readBasicAuth(terminal, options);
  const fields = { ...fieldsOf(options, options.now ?? terminal.now()), basicAuth };
  const key = await readPrivateKey(options.key, keyOptions(options));
  const ticket = createIssuer(key).issue(fields);
  if (options.json) {
    const { id: keyId, algorithm } = key;
    const encoded = encodeTicket(ticket);
    sayJson(terminal, { ticket, encoded, keyId, algorithm, validUntil: fields.validUntil });
  } else {
    say(terminal, options.cookie ? encodeTicket(ticket) : ticket);
  }
}

function fieldsOf(options: IssueOptions, now: EpochSeconds): TicketFields {
  const validUntil = options.validUntil ?? now + (options.validFor ?? Number.NaN);
  if (Number.isNaN(validUntil)) {
    throw new CommandError("wrong-usage", "give --valid-for DURATION or --valid-until TIME");
  }
  const { grace } = options;
  return {
    uid: options.uid,
    validUntil,
    graceAfter: grace === undefined ? undefined : Math.max(0, validUntil - grace),
    tokens: options.token ?? [],
    userData: options.userData,
    clientAddress: options.clientAddress,
    multifactor: options.multifactor ?? false,
    audience: (options.audience ?? []).map((host) => host.toLowerCase()),
    issuedAt: options.issuedAt,
    signInId: options.signInId,
    ticketId: options.ticketId,
    confirmationKey: options.confirmationKey,
  };
}
