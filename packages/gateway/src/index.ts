/**
 * Decides visits: policies, places, redirects and identity.
 *
 * @module
 */

export { type BadRequest, badRequestTexts, type Decision, decide } from "./decision/decide.ts";
export { type Reason, reasonTexts } from "./decision/reason.ts";
export { maxLocationLength, type Redirect } from "./decision/redirects.ts";
export { createGateway, type Gateway, type PlaceOptions, type SiteOptions } from "./gateway.ts";
export {
  type Identity,
  identityHeaders,
  identityOf,
  identityVariables,
  type NamedValue,
} from "./identity/identity.ts";
export { isPlacePath } from "./policy/places.ts";
export {
  createPolicy,
  isRedirectUrl,
  type Policy,
  type PolicyOptions,
  type RedirectPurpose,
  type RedirectUrls,
} from "./policy/policy.ts";
export { PolicyError, type PolicyErrorCode, policyErrorTexts } from "./policy/policy-error.ts";
export {
  type AddressRange,
  clientAddressOf,
  createTrustedProxies,
  type TrustedProxies,
  trustedPeer,
} from "./visit/forwarded.ts";
export { type Origin, readOrigin } from "./visit/host.ts";
export { inOneCase } from "./visit/one-case.ts";
export type { Visit } from "./visit/visit.ts";
