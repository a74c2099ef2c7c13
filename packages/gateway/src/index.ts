/**
 * Decides visits: policies, places, redirects, answers and identity.
 *
 * @module
 */

export { isCacheHeader } from "./cache-header.ts";
export type { Answer } from "./decision/answer.ts";
export type { CheckOutcome } from "./decision/checks.ts";
export type { Allow, Decision, DueRenewal, Refused } from "./decision/decision.ts";
export type { Explanation } from "./decision/explain.ts";
export { type LoopCause, type LoopTexts, loopTexts } from "./decision/loop-cause.ts";
export { type BadRequest, badRequestTexts, type Reason, reasonTexts } from "./decision/reason.ts";
export { maxLocationLength } from "./decision/redirects.ts";
export { createGateway, type Gateway, type GatewayOptions } from "./gateway.ts";
export {
  type AssertionOptions,
  type AssertionSigner,
  createAssertionSigner,
} from "./identity/assertion.ts";
export {
  type Identity,
  identityHeaderNames,
  identityHeaders,
  identityOf,
  identityVariables,
  type NamedValue,
} from "./identity/identity.ts";
export { defaultIdentityNames, type IdentityNames } from "./identity/identity-names.ts";
export type { PlaceOptions } from "./policy/nesting.ts";
export { isPathPattern } from "./policy/path-pattern.ts";
export type { PlaceAddress, PlaceKind } from "./policy/place.ts";
export type { ConditionOptions } from "./policy/place-conditions.ts";
export { isPlacePath } from "./policy/place-matchers.ts";
export type {
  Access,
  AnswerWith,
  BasicAuthRule,
  DebugLevel,
  Policy,
  PolicyOptions,
  PreflightRule,
} from "./policy/policy.ts";
export { PolicyError, type PolicyErrorCode, policyErrorTexts } from "./policy/policy-error.ts";
export {
  isRedirectUrl,
  type RedirectPurpose,
  type RedirectUrlOptions,
  type RedirectUrls,
} from "./policy/redirect-urls.ts";
export {
  type AskForRenewal,
  createRenewer,
  type RenewalQuestion,
  type Renewer,
} from "./renewer.ts";
export type { SiteOptions } from "./site.ts";
export type { AddressRange } from "./visit/address-ranges.ts";
export {
  clientAddressOf,
  createTrustedProxies,
  type TrustedProxies,
  trustedPeer,
} from "./visit/forwarded.ts";
export { isOddHeaderName, isSaidByProxies } from "./visit/header-aliases.ts";
export { type Origin, readOrigin } from "./visit/host.ts";
export { inOneCase } from "./visit/one-case.ts";
export type { Visit, VisitHeaders } from "./visit/visit.ts";
