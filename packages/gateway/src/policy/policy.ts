import { PolicyError } from "./policy-error.ts";

/** What a protected place asks of its visitors, and where those go who lack it. */
export interface Policy {
  /** The site's own, with which the way back begins. */
  readonly origin: string;
  readonly requireTls: boolean;
  readonly requireMultifactor: boolean;
  /** Any one of them suffices; empty: no token is needed. */
  readonly anyOfTokens: readonly string[];
  readonly redirectUrls: RedirectUrls;
  readonly backArgument: string;
}

/** Why visitors are sent somewhere; each has an address of its own. */
export type RedirectPurpose =
  | "login"
  | "timeout"
  | "post-timeout"
  | "refresh"
  | "unauthorised"
  | "bad-address"
  | "multifactor";

/** Where each goes; `undefined`: nowhere, so that the answer is 403. */
export type RedirectUrls = Readonly<Record<RedirectPurpose, string | undefined>>;

/** What an administrator says of a place. What is left out means as little as possible. */
export interface PolicyOptions {
  readonly requireTls?: boolean | undefined;
  readonly requireMultifactor?: boolean | undefined;
  readonly anyOfTokens?: readonly string[] | undefined;
  readonly loginUrl?: string | undefined;
  readonly timeoutUrl?: string | undefined;
  readonly postTimeoutUrl?: string | undefined;
  readonly refreshUrl?: string | undefined;
  readonly unauthorisedUrl?: string | undefined;
  readonly badAddressUrl?: string | undefined;
  readonly multifactorUrl?: string | undefined;
  /** `back` unless it says otherwise. */
  readonly backArgument?: string | undefined;
}

/**
 * Fills in what was left out, as mod_auth_pubtkt does: every address falls back on the login URL,
 * that for expired POSTs on the one for expired tickets first.
 *
 * @throws {PolicyError} `bad-redirect-url` or `bad-argument-name`.
 */
export function createPolicy(origin: string, options: PolicyOptions): Policy {
  const { loginUrl: login, timeoutUrl: timeout = login } = options;
  const redirectUrls: RedirectUrls = {
    login,
    timeout,
    "post-timeout": options.postTimeoutUrl ?? timeout,
    refresh: options.refreshUrl ?? login,
    unauthorised: options.unauthorisedUrl ?? login,
    "bad-address": options.badAddressUrl ?? login,
    multifactor: options.multifactorUrl ?? login,
  };
  for (const [purpose, url] of Object.entries(redirectUrls)) {
    if (url !== undefined && !isRedirectUrl(url))
      throw new PolicyError("bad-redirect-url", purpose);
  }
  const { backArgument = "back" } = options;
  if (!/^[A-Za-z0-9_-]+$/.test(backArgument)) throw new PolicyError("bad-argument-name");
  return {
    origin,
    requireTls: options.requireTls ?? false,
    requireMultifactor: options.requireMultifactor ?? false,
    anyOfTokens: options.anyOfTokens ?? [],
    redirectUrls,
    backArgument,
  };
}

/** Whether visitors can be sent there: an absolute address, written as it goes into a header. */
export function isRedirectUrl(text: string): boolean {
  // A third slash is one that browsers skip, to read a path as the host.
  if (!/^https?:\/\/(?!\/)[\x21-\x7e]+$/i.test(text) || /[#\\]/.test(text)) return false;
  const url = URL.parse(text);
  return url !== null && url.username === "" && url.password === "";
}
