import { resolve } from "node:path";
import type { Directive } from "./configuration-tree.ts";
import type { Report } from "./remark.ts";
import {
  type Digest,
  reportReset,
  type TicketSettings,
  type TicketValues,
} from "./ticket-settings.ts";
import { splitWords } from "./words.ts";

/** Whether a directive is one of mod_auth_pubtkt. */
export function isTicketDirective(name: string): boolean {
  return name.startsWith("tktauth");
}

/**
 * What the directives of one section say, in the order in which the module reads them. What Apache
 * itself would refuse is an error.
 */
export function readTicketDirectives(
  directives: readonly Directive[],
  serverRoot: string,
  report: Report,
): TicketSettings {
  let settings: TicketSettings = {};
  for (const directive of directives) {
    const read = readers.get(directive.name);
    const said = read?.(directive, settings, { serverRoot, report });
    if (said === undefined) {
      const text = "mod_auth_pubtkt does not know this line, or not with these words";
      report("error", directive, text);
    } else settings = { ...settings, ...said };
  }
  return settings;
}

interface Around {
  readonly serverRoot: string;
  readonly report: Report;
}

/** `undefined`: Apache would not start. */
type Read = (
  directive: Directive,
  before: TicketSettings,
  around: Around,
) => TicketSettings | undefined;

const readers: ReadonlyMap<string, Read> = new Map(
  Object.entries<Read>({
    tktauthpublickey: readKey,
    tktauthdigest: readDigest,
    tktauthloginurl: text("loginUrl"),
    tktauthtimeouturl: text("timeoutUrl"),
    tktauthposttimeouturl: text("postTimeoutUrl"),
    tktauthrefreshurl: text("refreshUrl"),
    tktauthunauthurl: text("unauthorisedUrl"),
    tktauthbadipurl: text("badAddressUrl"),
    tktauthmultifactorurl: text("multifactorUrl"),
    tktauthcookiename: text("cookieName"),
    tktauthbackargname: text("backArgument"),
    tktauthpassthrubasickey: readBasicAuthKey,
    tktauthheader: (directive) => ({
      ticketHeaders: { value: directive.argument, at: directive },
    }),
    tktauthrequiressl: flag("requireTls"),
    tktauthrequiremultifactor: flag("requireMultifactor"),
    tktauthfakebasicauth: flag("fakeBasicAuth"),
    tktauthpassthrubasicauth: flag("passBasicAuth"),
    tktauthtoken: readTokens,
    tktauthdebug: readDebug,
  }),
);

type NamesOf<T> = {
  [Name in keyof TicketValues]: TicketValues[Name] extends T ? Name : never;
}[keyof TicketValues];

function text(name: Exclude<NamesOf<string>, "digest">): Read {
  return (directive) => {
    const value = onlyWord(directive);
    return value === undefined ? undefined : { [name]: { value, at: directive } };
  };
}

function flag(name: NamesOf<boolean>): Read {
  return (directive) => {
    const word = onlyWord(directive)?.toLowerCase();
    if (word !== "on" && word !== "off") return undefined;
    return { [name]: { value: word === "on", at: directive } };
  };
}

function readKey(directive: Directive, { digest }: TicketSettings, around: Around) {
  const file = onlyWord(directive);
  if (file === undefined) return undefined;
  if (digest !== undefined) reportReset(digest, directive, around.report);
  const keyFile = { value: resolve(around.serverRoot, file), at: directive };
  return { keyFile, digest: { value: "sha1", at: directive } } satisfies TicketSettings;
}

const digests: ReadonlyMap<string, Digest> = new Map(
  Object.entries<Digest>({
    sha1: "sha1",
    // The name that OpenSSL once had for SHA-1 with DSA.
    dss1: "sha1",
    sha224: "sha224",
    sha256: "sha256",
    sha384: "sha384",
    sha512: "sha512",
  }),
);

function readDigest(directive: Directive): TicketSettings | undefined {
  const value = digests.get(onlyWord(directive)?.toLowerCase() ?? "");
  return value === undefined ? undefined : { digest: { value, at: directive } };
}

function readBasicAuthKey(directive: Directive): TicketSettings | undefined {
  const value = onlyWord(directive);
  if (value === undefined || Buffer.byteLength(value) !== 16) return undefined;
  return { basicAuthKey: { value, at: directive } };
}

function readTokens(directive: Directive, { tokens }: TicketSettings): TicketSettings | undefined {
  const words = splitWords(directive.argument);
  if (words.length === 0) return undefined;
  return { tokens: { value: [...(tokens?.value ?? []), ...words], at: tokens?.at ?? directive } };
}

function readDebug(directive: Directive): TicketSettings | undefined {
  const levels = splitWords(directive.argument);
  const last = Number.parseInt(levels.at(-1) ?? "0", 10);
  if (levels.length === 0 || last < 0) return undefined;
  return { debug: { value: Number.isNaN(last) ? 0 : last, at: directive } };
}

function onlyWord({ argument }: Directive): string | undefined {
  const words = splitWords(argument);
  return words.length === 1 ? words[0] : undefined;
}
