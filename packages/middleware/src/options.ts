import type { SiteOptions } from "@countersign/gateway";
import type { Digest, EpochSeconds } from "@countersign/ticket";
import type { ChannelBindings } from "./binding.ts";
import { type Kind, kinds, oneOf } from "./option-kinds.ts";

/** What a site can be told that makes sense inside its application: paths are the router's affair. */
type PolicyOptions = Omit<SiteOptions, "origin" | "verifier" | "places" | "cacheSeconds" | "debug">;

/** What the middleware needs to know; `origin` and `publicKey` at least. */
export interface CountersignOptions extends PolicyOptions {
  /** `https://wiki.example.com`: under which visitors reach the application. Other hosts get 400. */
  readonly origin: string | readonly string[];
  /** The login server's public key as PEM or JWK text; several while keys change. */
  readonly publicKey: string | readonly string[];
  /** For RSA keys; `sha256` unless given. */
  readonly digest?: Digest | undefined;
  /** Accepts SHA-1 and DSA, too. */
  readonly compatibility?: "mod_auth_pubtkt" | undefined;
  /**
   * Proxies in front of the application, whose X-Forwarded-* headers count: `10.0.0.0/8`, or `unix`
   * for whoever can open the unix socket that it listens on.
   */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Verified tickets kept; 10,000 unless given. */
  readonly cachedTickets?: number | undefined;
  /** Where `request.binding` comes from: `createTcpcryptClient()` of `@countersign/tcpcrypt-client`. */
  readonly bindings?: ChannelBindings | undefined;
  /** A secret of 32 characters or more, the same in all processes of the application, if there are several. */
  readonly loopKey?: string | undefined;
  /** The system's clock unless given. */
  readonly now?: (() => EpochSeconds) | undefined;
}

/** Options with which nobody comes in who is not known. */
export interface RequiredOptions extends CountersignOptions {
  readonly access?: "required" | undefined;
  readonly preflight?: "check" | "answer" | undefined;
}

const known = {
  origin: kinds.texts,
  publicKey: kinds.keyTexts,
  digest: oneOf("sha1", "sha224", "sha256", "sha384", "sha512"),
  compatibility: oneOf("mod_auth_pubtkt"),
  cookieName: kinds.text,
  ticketHeaders: kinds.list,
  access: oneOf("required", "optional", "public"),
  requireTls: kinds.flag,
  requireMultifactor: kinds.flag,
  requireBoundTicket: kinds.flag,
  maxSignInAgeSeconds: kinds.number,
  anyOfTokens: kinds.list,
  allOfTokens: kinds.list,
  noneOfTokens: kinds.list,
  users: kinds.list,
  loginUrl: kinds.text,
  timeoutUrl: kinds.text,
  postTimeoutUrl: kinds.text,
  refreshUrl: kinds.text,
  unauthorisedUrl: kinds.text,
  badAddressUrl: kinds.text,
  multifactorUrl: kinds.text,
  backArgument: kinds.text,
  answerWith: oneOf("auto", "redirects", "problems"),
  corsOrigins: kinds.list,
  preflight: oneOf("check", "answer", "pass"),
  basicAuth: oneOf("none", "fake", "ticket", "ticket-or-fake"),
  basicAuthKey: kinds.text,
  hideTicket: kinds.flag,
  identityNames: kinds.object,
  assertion: kinds.objectOrNone,
  renewInPlace: kinds.flag,
  strictPaths: kinds.flag,
  loopBreaker: kinds.flag,
  loopKey: kinds.secret,
  trustedProxies: kinds.list,
  bindings: kinds.bindings,
  cachedTickets: kinds.number,
  now: kinds.function,
} satisfies Record<keyof CountersignOptions, Kind>;

/**
 * Refuses what the compiler would have refused, for those who have none: a misspelled `anyOfTokens`
 * must not let everybody in.
 *
 * @throws {TypeError} naming the option, and never its value.
 */
export function checkOptions(options: CountersignOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(known, name)) {
      throw new TypeError(
        `countersign: unknown option ${JSON.stringify(name)}; known are ${Object.keys(known).join(", ")}`,
      );
    }
    const kind: Kind = known[name as keyof typeof known];
    if (value !== undefined && !kind.holds(value)) {
      throw new TypeError(`countersign: option ${name} is ${kind.words}`);
    }
  }
  for (const name of ["origin", "publicKey"] as const) requireOption(name, options[name]);
}

/** @throws {TypeError} naming the option, if nothing was given. */
export function requireOption(name: string, value: unknown): void {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) {
    throw new TypeError(`countersign: option ${name} is missing`);
  }
}

/** One or several, as a list. */
export function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}
