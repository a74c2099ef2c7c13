import { type Explanation, isOddHeaderName } from "@countersign/gateway";
import {
  createRehearsal,
  type GatewaySettings,
  gatewaySettings,
  openGatewayOnce,
  type RehearsedVisit,
} from "@countersign/gatewayd";
import { parseSettings } from "@countersign/settings";
import { type Command, InvalidArgumentError, Option } from "commander";
import { withExamples } from "../examples.ts";
import { exitCodes } from "../exit-code.ts";
import { explanationJson, explanationLines } from "../explanation.ts";
import { collectWords, parseAddressOption, parseDuration } from "../option-values.ts";
import { readStreamBounded } from "../read-bounded.ts";
import { readSettingsFile, type SettingsFile, settingsOrProblems } from "../settings-file.ts";
import { note, say, sayJson, type Terminal } from "../terminal.ts";

const ages = ["valid", "in-grace", "expired"] as const;

/** Defines `countersign explain`. */
export function defineExplain(explain: Command, terminal: Terminal): void {
  explain
    .argument("<url>", "the address that is asked for", parseUrl)
    .option("--config <file>", "the gateway's settings", "gateway.yaml")
    .option("--method <method>", "the request's method", parseMethod, "GET")
    .option("--address <address>", "where the visitor comes from", parseAddressOption, "192.0.2.1")
    .option("--header <line>", "what is sent: Name: value; may be repeated", collectHeader)
    .option("--user <name>", "think up a ticket for this user")
    .option("--token <token>", "a token in it; may be repeated", collectWords)
    .option("--multifactor", "it tells of a second factor")
    .option("--bound", "it is bound to a key that the visitor holds")
    .addOption(new Option("--ticket <age>", "how old it is").choices(ages).default("valid"))
    .option(
      "--signed-in <duration>",
      "how long ago its holder signed in, such as 2h",
      parseDuration,
    )
    .addOption(
      new Option(
        "--cookie <header>",
        "a real Cookie header instead; - reads standard input",
      ).conflicts(["user", "token", "multifactor", "bound", "signedIn"]),
    )
    .option("--json", "print JSON")
    .action((url: Url, options: ExplainOptions) => explainOne(terminal, url, options));
  withExamples(explain, [
    "countersign explain https://wiki.example.com/admin --user ada --token staff",
    "countersign explain https://wiki.example.com/ --cookie - < cookie.txt",
  ]).addHelpText(
    "after",
    "\nNothing is sent anywhere. Without other headers the visit is a browser's, for a page.\n" +
      "Exit code 0 if the visitor is let in, 1 if not.",
  );
}

/** The parts of an address that a request has, as they were written. */
type Url = Pick<RehearsedVisit, "scheme" | "host" | "target">;

interface ExplainOptions {
  readonly config: string;
  readonly method: string;
  readonly address: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly token?: readonly string[];
  readonly multifactor?: true;
  readonly bound?: true;
  readonly ticket: (typeof ages)[number];
  readonly signedIn?: number;
  readonly cookie?: string;
  readonly json?: true;
}

async function explainOne(terminal: Terminal, url: Url, options: ExplainOptions): Promise<void> {
  const file = await readSettingsFile(options.config);
  const settings = settingsOrProblems(parseSettings(gatewaySettings, file));
  const explanation =
    options.cookie === undefined
      ? await explainThoughtUp(settings, url, options, terminal)
      : await explainReal(settings, url, { ...options, cookie: options.cookie }, file, terminal);
  const asked = { sites: settings.sites.map(({ origin }) => origin), user: options.user };
  if (options.json === true) sayJson(terminal, explanationJson(explanation, asked));
  else for (const line of explanationLines(explanation, asked, terminal)) say(terminal, line);
  const isAllowed = explanation.decision.kind === "allow";
  terminal.exitWith(isAllowed ? exitCodes.yes : exitCodes.refused);
}

async function explainThoughtUp(
  settings: GatewaySettings,
  url: Url,
  { user, token, multifactor, bound, ticket, signedIn, ...options }: ExplainOptions,
  terminal: Terminal,
): Promise<Explanation> {
  const rehearsal = await createRehearsal(settings);
  const holder =
    user === undefined
      ? undefined
      : { user, tokens: token, multifactor, bound, age: ticket, signInAgeSeconds: signedIn };
  return rehearsal.explain({ ...visitOf(url, options), holder }, terminal.now());
}

const maxCookieBytes = 16_384;

async function explainReal(
  settings: GatewaySettings,
  url: Url,
  options: ExplainOptions & { readonly cookie: string },
  { folder: baseFolder }: SettingsFile,
  terminal: Terminal,
): Promise<Explanation> {
  const given = options.cookie;
  const cookie = given === "-" ? await readStreamBounded(terminal.stdin, maxCookieBytes) : given;
  if (given !== "-")
    note(terminal, "note: other users of this machine can see arguments; --cookie - is safer");
  const { environment } = terminal;
  const gateway = await openGatewayOnce(settings, { baseFolder, environment });
  const { headers, ...facts } = visitOf(url, options);
  const sent = { ...headers, cookie: cookie.replace(/^cookie:\s*/i, "") };
  const oddHeaderNames = Object.keys(sent).filter(isOddHeaderName);
  const visit = { ...facts, httpVersion: "1.1", headers: new Map(Object.entries(sent)) } as const;
  return gateway.explain({ ...visit, oddHeaderNames }, terminal.now());
}

/** What a browser says that asks for a page, unless something else is given. */
const pageHeaders = { accept: "text/html", "sec-fetch-mode": "navigate" };

function visitOf(
  url: Url,
  {
    method,
    address,
    header: headers = pageHeaders,
  }: Pick<ExplainOptions, "method" | "address" | "header">,
): Omit<RehearsedVisit, "holder"> {
  return { ...url, method, clientAddress: address, headers };
}

function parseUrl(text: string): Url {
  const [, scheme, host = "", target = "/"] =
    /^(https?):\/\/([^\s/?#]{1,260})([/?][^\s#]{0,16383})?$/.exec(text) ?? [];
  if (scheme !== "http" && scheme !== "https") {
    throw new InvalidArgumentError("Expected an address such as https://wiki.example.com/admin.");
  }
  return { scheme, host, target: target.startsWith("?") ? `/${target}` : target };
}

function parseMethod(text: string): string {
  if (/^[A-Z][A-Z-]{0,31}$/.test(text)) return text;
  throw new InvalidArgumentError("Expected a method in capitals, such as POST.");
}

function collectHeader(
  line: string,
  headers: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, name, value = ""] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}):\s*(.*?)\s*$/.exec(line) ?? [];
  if (name === undefined) throw new InvalidArgumentError("Expected Name: value.");
  return { ...headers, [name.toLowerCase()]: value };
}
