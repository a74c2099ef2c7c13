/** What is wrong with a policy; each has a text in {@link policyErrorTexts}. */
export type PolicyErrorCode =
  | "bad-origin"
  | "repeated-origin"
  | "bad-path"
  | "repeated-path"
  | "bad-redirect-url"
  | "bad-argument-name"
  | "bad-cookie-name"
  | "bad-address-range";

/** What each code means, in the words of the reference page. */
export const policyErrorTexts: Readonly<Record<PolicyErrorCode, string>> = {
  "bad-origin": "a site's origin is scheme, host and port alone, such as https://wiki.example.com",
  "repeated-origin": "two sites have the same origin",
  "bad-path":
    "a place's path starts with `/` and ends without one, in the spelling that servers resolve it to",
  "repeated-path": "two places of a site have the same path, or differ in capitals alone",
  "bad-redirect-url": "an address to redirect to is an http or https URL without a fragment",
  "bad-argument-name": "the name of the back argument has letters, digits, `-` and `_` only",
  "bad-cookie-name": "the name of the cookie is no RFC 6265 token",
  "bad-address-range": "a range of addresses is an address, `/` and a number of bits",
};

/** The one error of this package: a policy that cannot be meant. Visits never cause it. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  readonly code: PolicyErrorCode;

  /** @param where The setting at fault, in the caller's words. */
  constructor(code: PolicyErrorCode, where?: string) {
    super(where === undefined ? policyErrorTexts[code] : `${where}: ${policyErrorTexts[code]}`);
    this.code = code;
  }
}
