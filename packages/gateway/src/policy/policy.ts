import type { Verifier } from "@countersign/ticket";
import type { AssertionSigner } from "../identity/assertion.ts";
import { defaultIdentityNames, type IdentityNames } from "../identity/identity-names.ts";
import { PolicyError } from "./policy-error.ts";
import { createRedirectUrls, type RedirectUrlOptions, type RedirectUrls } from "./redirect-urls.ts";

/** Who may come in: those with a ticket; anybody, with identity if there is one; anybody. */
export type Access = "required" | "optional" | "public";

/** What visitors get who may not pass: `auto` sends pages elsewhere and tells programs why. */
export type AnswerWith = "auto" | "redirects" | "problems";

/** What becomes of a CORS preflight, which never brings a ticket. */
export type PreflightRule = "check" | "answer" | "pass";

/**
 * What the application finds in `Authorization`: the visitor's own; a password that means nothing
 * (TKTAuthFakeBasicAuth); the ticket's (TKTAuthPassthruBasicAuth); that or the former.
 */
export type BasicAuthRule = "none" | "fake" | "ticket" | "ticket-or-fake";

/** How much of its decisions a place writes to the log: nothing, refusals, all, all with every check. */
export type DebugLevel = 0 | 1 | 2 | 3;

/** What a protected place asks of its visitors, and what those get who lack it. */
export interface Policy {
  /** The site's own, with which the way back begins. */
  readonly origin: string;
  /** The name in it, without brackets. */
  readonly hostName: string;
  readonly verifier: Verifier;
  readonly cookieName: string;
  /** Where to look for a ticket, in lower case; the first with content counts (TKTAuthHeader). */
  readonly ticketHeaders: readonly string[];
  readonly access: Access;
  readonly requireTls: boolean;
  readonly requireMultifactor: boolean;
  readonly requireBoundTicket: boolean;
  readonly maxSignInAgeSeconds: number;
  /** Any one of them suffices; empty: no token is needed. */
  readonly anyOfTokens: readonly string[];
  readonly allOfTokens: readonly string[];
  readonly noneOfTokens: readonly string[];
  /** Only these; empty: everybody. */
  readonly users: readonly string[];
  readonly redirectUrls: RedirectUrls;
  readonly backArgument: string;
  readonly answerWith: AnswerWith;
  /** Origins of other sites whose scripts may read refusals. */
  readonly corsOrigins: readonly string[];
  readonly preflight: PreflightRule;
  readonly basicAuth: BasicAuthRule;
  /** 16 bytes, with which `bauth` is decrypted (TKTAuthPassthruBasicKey); `undefined`: it is plain. */
  readonly basicAuthKey: string | undefined;
  readonly hideTicket: boolean;
  readonly identityNames: IdentityNames;
  readonly assertion: AssertionSigner | undefined;
  readonly renewInPlace: boolean;
  /** For how long a web server may keep an answer that lets in; 0: not at all. */
  readonly cacheSeconds: number;
  readonly debug: DebugLevel;
}

/** What an administrator says of a place. What is left out means as little as possible. */
export interface PolicyOptions extends RedirectUrlOptions {
  /** Verifies with the keys that this place trusts (TKTAuthPublicKey, TKTAuthDigest). */
  readonly verifier?: Verifier | undefined;
  /** `auth_pubtkt` unless it says otherwise. */
  readonly cookieName?: string | undefined;
  /** `["Cookie"]` unless it says otherwise. */
  readonly ticketHeaders?: readonly string[] | undefined;
  readonly access?: Access | undefined;
  readonly requireTls?: boolean | undefined;
  readonly requireMultifactor?: boolean | undefined;
  /** Tickets that are bound to a key or a connection, so that a thief has no use of them. */
  readonly requireBoundTicket?: boolean | undefined;
  readonly maxSignInAgeSeconds?: number | undefined;
  readonly anyOfTokens?: readonly string[] | undefined;
  readonly allOfTokens?: readonly string[] | undefined;
  readonly noneOfTokens?: readonly string[] | undefined;
  readonly users?: readonly string[] | undefined;
  /** `back` unless it says otherwise. */
  readonly backArgument?: string | undefined;
  readonly answerWith?: AnswerWith | undefined;
  readonly corsOrigins?: readonly string[] | undefined;
  /** `answer` where there are `corsOrigins`, else `check`. */
  readonly preflight?: PreflightRule | undefined;
  readonly basicAuth?: BasicAuthRule | undefined;
  readonly basicAuthKey?: string | undefined;
  /** Takes the ticket out of what the application gets to see. */
  readonly hideTicket?: boolean | undefined;
  /** `none` where the place around it has one, and this has not. */
  readonly assertion?: AssertionSigner | "none" | undefined;
  readonly renewInPlace?: boolean | undefined;
  readonly cacheSeconds?: number | undefined;
  readonly debug?: DebugLevel | undefined;
}

/** What holds for all of a site. */
export interface PolicySite {
  readonly origin: string;
  /** Where the place has none of its own. */
  readonly verifier: Verifier;
  readonly identityNames?: IdentityNames | undefined;
}

/**
 * Fills in what was left out.
 *
 * @throws {PolicyError} naming what cannot be meant.
 */
export function createPolicy(
  { origin, verifier, identityNames }: PolicySite,
  options: PolicyOptions,
): Policy {
  const { backArgument = "back", cookieName = "auth_pubtkt", basicAuth = "none" } = options;
  const { ticketHeaders = ["Cookie"], corsOrigins = [], basicAuthKey } = options;
  if (!/^[A-Za-z0-9_-]+$/.test(backArgument)) throw new PolicyError("bad-argument-name");
  // RFC 6265 §4.1.1: a cookie's name is a token, as is a header's (RFC 9110 §5.1).
  if (!isToken(cookieName)) throw new PolicyError("bad-cookie-name");
  if (ticketHeaders.length === 0 || !ticketHeaders.every(isToken)) {
    throw new PolicyError("bad-header-name");
  }
  if (!corsOrigins.every((one) => URL.parse(one)?.origin === one)) {
    throw new PolicyError("bad-cors-origin");
  }
  if (basicAuthKey !== undefined && new TextEncoder().encode(basicAuthKey).length !== 16) {
    throw new PolicyError("bad-basic-auth-key");
  }
  return {
    origin,
    hostName: new URL(origin).hostname.replaceAll(/[[\]]/g, ""),
    identityNames: { ...defaultIdentityNames, ...identityNames },
    verifier: options.verifier ?? verifier,
    cookieName,
    ticketHeaders: ticketHeaders.map((name) => name.toLowerCase()),
    access: options.access ?? "required",
    requireTls: options.requireTls ?? false,
    requireMultifactor: options.requireMultifactor ?? false,
    requireBoundTicket: options.requireBoundTicket ?? false,
    maxSignInAgeSeconds: options.maxSignInAgeSeconds ?? Number.POSITIVE_INFINITY,
    anyOfTokens: options.anyOfTokens ?? [],
    allOfTokens: options.allOfTokens ?? [],
    noneOfTokens: options.noneOfTokens ?? [],
    users: options.users ?? [],
    redirectUrls: createRedirectUrls(options),
    backArgument,
    answerWith: options.answerWith ?? "auto",
    corsOrigins,
    preflight: options.preflight ?? (corsOrigins.length > 0 ? "answer" : "check"),
    basicAuth,
    basicAuthKey,
    hideTicket: options.hideTicket ?? false,
    assertion: options.assertion === "none" ? undefined : options.assertion,
    renewInPlace: options.renewInPlace ?? false,
    cacheSeconds: options.cacheSeconds ?? 0,
    debug: options.debug ?? 0,
  };
}

/** RFC 9110 §5.6.2. */
function isToken(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(name);
}
