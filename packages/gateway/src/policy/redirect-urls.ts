import { PolicyError } from "./policy-error.ts";

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

/** What an administrator says of the addresses. */
export interface RedirectUrlOptions {
  readonly loginUrl?: string | undefined;
  readonly timeoutUrl?: string | undefined;
  readonly postTimeoutUrl?: string | undefined;
  readonly refreshUrl?: string | undefined;
  readonly unauthorisedUrl?: string | undefined;
  readonly badAddressUrl?: string | undefined;
  readonly multifactorUrl?: string | undefined;
}

/**
 * Fills in what was left out, as mod_auth_pubtkt does: every address falls back on the login URL,
 * that for expired POSTs on the one for expired tickets first.
 *
 * @throws {PolicyError} `bad-redirect-url`.
 */
export function createRedirectUrls(options: RedirectUrlOptions): RedirectUrls {
  const { loginUrl: login, timeoutUrl: timeout = login } = options;
  const urls: RedirectUrls = {
    login,
    timeout,
    "post-timeout": options.postTimeoutUrl ?? timeout,
    refresh: options.refreshUrl ?? login,
    unauthorised: options.unauthorisedUrl ?? login,
    "bad-address": options.badAddressUrl ?? login,
    multifactor: options.multifactorUrl ?? login,
  };
  for (const [purpose, url] of Object.entries(urls)) {
    if (url !== undefined && !isRedirectUrl(url))
      throw new PolicyError("bad-redirect-url", purpose);
  }
  return urls;
}

/** Whether visitors can be sent there: an absolute address, written as it goes into a header. */
export function isRedirectUrl(text: string): boolean {
  // A third slash is one that browsers skip, to read a path as the host.
  if (!/^https?:\/\/(?!\/)[\x21-\x7e]+$/i.test(text) || /[#\\]/.test(text)) return false;
  const url = URL.parse(text);
  return url !== null && url.username === "" && url.password === "";
}
