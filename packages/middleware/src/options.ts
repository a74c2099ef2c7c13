import type { PolicyOptions } from "@countersign/gateway";
import type { Digest, EpochSeconds } from "@countersign/ticket";

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
  /** `auth_pubtkt` unless given. */
  readonly cookieName?: string | undefined;
  /** Proxies in front of the application, whose X-Forwarded-* headers count: `10.0.0.0/8`. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Verified tickets kept; 10,000 unless given. */
  readonly cachedTickets?: number | undefined;
  /** The system's clock unless given. */
  readonly now?: (() => EpochSeconds) | undefined;
}

const known = {
  origin: true,
  publicKey: true,
  digest: true,
  compatibility: true,
  cookieName: true,
  trustedProxies: true,
  cachedTickets: true,
  now: true,
  requireTls: true,
  requireMultifactor: true,
  anyOfTokens: true,
  loginUrl: true,
  timeoutUrl: true,
  postTimeoutUrl: true,
  refreshUrl: true,
  unauthorisedUrl: true,
  badAddressUrl: true,
  multifactorUrl: true,
  backArgument: true,
} satisfies Record<keyof CountersignOptions, true>;

/**
 * Refuses what the compiler would have refused, for those who have none: a misspelled `anyOfTokens`
 * must not let everybody in.
 *
 * @throws {TypeError} naming the option.
 */
export function checkOptions(options: CountersignOptions): void {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name)) {
      throw new TypeError(
        `countersign: unknown option ${JSON.stringify(name)}; known are ${Object.keys(known).join(", ")}`,
      );
    }
  }
  for (const name of ["origin", "publicKey"] as const) {
    if (listOf(options[name]).length === 0) {
      throw new TypeError(`countersign: option ${name} is missing`);
    }
  }
  const { anyOfTokens, trustedProxies } = options;
  for (const [name, list] of Object.entries({ anyOfTokens, trustedProxies })) {
    if (list !== undefined && !Array.isArray(list)) {
      throw new TypeError(`countersign: option ${name} is a list`);
    }
  }
}

/** One or several, as a list. */
export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}
