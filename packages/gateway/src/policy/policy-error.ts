/** What is wrong with a policy; each has a text in {@link policyErrorTexts}. */
export type PolicyErrorCode =
  | "bad-origin"
  | "repeated-origin"
  | "bad-path"
  | "repeated-path"
  | "bad-pattern"
  | "bad-redirect-url"
  | "bad-argument-name"
  | "bad-cookie-name"
  | "bad-header-name"
  | "bad-cors-origin"
  | "bad-basic-auth-key"
  | "bad-address-range"
  | "bad-assertion-key";

/** What each code means, in the words of the reference page. */
export const policyErrorTexts: Readonly<Record<PolicyErrorCode, string>> = {
  "bad-origin": "a site's origin is scheme, host and port alone, such as https://wiki.example.com",
  "repeated-origin": "two sites have the same origin",
  "bad-path":
    "a place has one of path, exactPath and pattern, which starts with `/` and ends without one, in the spelling that servers resolve it to",
  "repeated-path":
    "two places of a site have the same path and no conditions, or differ in capitals alone",
  "bad-pattern":
    "a pattern is a path in which `*` stands for any characters of a segment and `**` for any segments",
  "bad-redirect-url": "an address to redirect to is an http or https URL without a fragment",
  "bad-argument-name": "the name of the back argument has letters, digits, `-` and `_` only",
  "bad-cookie-name": "the name of the cookie is no RFC 6265 token",
  "bad-header-name": "the name of a header is no RFC 9110 token",
  "bad-cors-origin": "an origin is scheme, host and port as browsers write them",
  "bad-basic-auth-key": "the key of `bauth` has exactly 16 bytes",
  "bad-address-range": "a range of addresses is an address, `/` and a number of bits",
  "bad-assertion-key": "assertions are signed with an Ed25519 or ECDSA P-256 key",
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
