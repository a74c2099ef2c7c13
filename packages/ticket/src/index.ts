/**
 * Signed tickets: format, keys, issuer, verifier, cookie and cache.
 *
 * @module
 */

export { addressBits, isSameAddress, parseAddress } from "./address.ts";
export {
  checkBasicAuth,
  decodeBasicAuth,
  decryptBasicAuth,
  encodeBasicAuth,
  encryptBasicAuth,
} from "./basic-auth.ts";
export {
  type CookieAttributes,
  clearTicketCookie,
  cookiesWithout,
  ticketCookieValues,
  writeTicketCookie,
} from "./cookie.ts";
export {
  allowLegacySignatures,
  type Digest,
  exportPublicJwk,
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  importPublicKey,
  type KeyOptions,
  type KeyType,
  multifactorIsNumber,
  type SignatureAlgorithm,
  type SigningKey,
  type VerificationKey,
  verificationKeyOf,
} from "./crypto.ts";
export { createDigestCache } from "./digest-cache.ts";
export { createEncodedCache } from "./encoded-cache.ts";
export { decodeTicket, encodeTicket, tryDecodeTicket } from "./encoding.ts";
export { createIssuer, type Issuer } from "./issuer.ts";
export { signInTime } from "./sign-in-time.ts";
export {
  type EpochSeconds,
  maxEncodedLength,
  maxEpochSeconds,
  maxTicketBytes,
  type Ticket,
  type TicketFields,
} from "./ticket.ts";
export { TicketError, type TicketErrorCode, ticketErrorTexts } from "./ticket-error.ts";
export type { VerifiedCache } from "./verified-cache.ts";
export {
  anyClientAddress,
  anyConfirmation,
  anyHost,
  type Circumstances,
  createVerifier,
  type Refusal,
  readTicketUnverified,
  refusalTexts,
  type Verification,
  type VerifiedTicket,
  type Verifier,
  verifyTicket,
} from "./verifier.ts";
