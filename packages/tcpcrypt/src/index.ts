/**
 * TCP-ENO (RFC 8547) and tcpcrypt (RFC 8548).
 *
 * @module
 */

export { type AbortReason, abortReasonTexts } from "./abort-reason.ts";
export { type Aead, type AeadName, aeadName, aeadNames, aeadOf } from "./aead.ts";
export {
  type Connection,
  type ConnectionCounts,
  type ConnectionOptions,
  type ConnectionPhase,
  createConnection,
  type Entropy,
} from "./connection.ts";
export { createKeyPair, type KeyPair, keyPairOf } from "./crypto.ts";
export { answerSyn, type FindResumption } from "./eno/answer.ts";
export { type DisableReason, disableReasonTexts, type EnoFailure } from "./eno/disable-reason.ts";
export {
  type Handshake,
  type HandshakeEffect,
  type HandshakeEvent,
  type HandshakeStep,
  negotiate,
  type Opener,
  type ReceivedSegment,
} from "./eno/handshake.ts";
export { offerSyn, type SynOffer } from "./eno/offer.ts";
export {
  proposedResumption,
  type ResumptionProposal,
  resumptionNonceLength,
} from "./eno/proposal.ts";
export { type Agreement, type Settlement, settle } from "./eno/settle.ts";
export {
  enoKind,
  readSynOption,
  type SynOption,
  type TepSuboption,
  writeNonSynOption,
  writeSynOption,
} from "./eno/syn-option.ts";
export type { AwareMode, OfferedResumption, Role, Terms } from "./eno/terms.ts";
export type { ConnectionEvent, Effect, Session } from "./events.ts";
export { maxFrameData } from "./frame.ts";
export { type ConnectionLimits, defaultConnectionLimits } from "./limits.ts";
export type { ResumableSecret } from "./resumption.ts";
export {
  defaultSecretCacheLimits,
  SecretCache,
  type SecretCacheLimits,
} from "./secret-cache.ts";
export { type Tep, type TepName, tepName, tepNames, tepOf } from "./tep.ts";
