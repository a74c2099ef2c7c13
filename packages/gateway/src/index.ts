/**
 * Decides visits: policies, places, redirects and identity.
 *
 * @module
 */

export { type BadRequest, badRequestTexts, type Decision, decide } from "./decide.ts";
export {
  type AddressRange,
  clientAddressOf,
  createTrustedProxies,
  type TrustedProxies,
  trustedPeer,
} from "./forwarded.ts";
export { createGateway, type Gateway, type PlaceOptions, type SiteOptions } from "./gateway.ts";
export { type Origin, readOrigin } from "./host.ts";
export {
  type Identity,
  identityHeaders,
  identityOf,
  identityVariables,
  type NamedValue,
} from "./identity.ts";
export { inOneCase } from "./one-case.ts";
export { isPlacePath } from "./places.ts";
export {
  createPolicy,
  isRedirectUrl,
  type Policy,
  type PolicyOptions,
  type RedirectPurpose,
  type RedirectUrls,
} from "./policy.ts";
export { PolicyError, type PolicyErrorCode, policyErrorTexts } from "./policy-error.ts";
export { type Reason, reasonTexts } from "./reason.ts";
export { maxLocationLength, type Redirect } from "./redirects.ts";
export type { Visit } from "./visit.ts";
