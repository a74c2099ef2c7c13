/** Why a connection was aborted; each has a text in {@link abortReasonTexts}. */
export type AbortReason =
  | "early-bytes"
  | "bad-magic"
  | "init-too-long"
  | "init-too-short"
  | "no-common-cipher"
  | "cipher-not-offered"
  | "bad-public-key"
  | "end-in-key-exchange"
  | "key-exchange-timed-out"
  | "short-frame"
  | "forged-frame"
  | "malformed-frame"
  | "after-finp"
  | "end-without-finp"
  | "keep-alive-timed-out"
  | "early-application-data"
  | "late-application-data";

/** What each reason means, in the words of the reference page. */
export const abortReasonTexts: Readonly<Record<AbortReason, string>> = {
  "early-bytes": "bytes were handed over before the connection was started",
  "bad-magic": "the peer's first bytes are not the Init message that its role sends",
  "init-too-long": "the peer's Init message is longer than the limit",
  "init-too-short": "the peer's Init message is too short for what it must hold",
  "no-common-cipher": "host A offers no AEAD algorithm that host B uses",
  "cipher-not-offered": "host B chose an AEAD algorithm that host A did not offer",
  "bad-public-key": "the peer's public key is not valid on the curve",
  "end-in-key-exchange": "the peer ended its stream before the key exchange was done",
  "key-exchange-timed-out": "the peer did not finish the key exchange in time",
  "short-frame": "a frame is too short for its flags and tag",
  "forged-frame": "a frame is not authentic: it was changed, or belongs elsewhere",
  "malformed-frame": "an authentic frame is too short for the urgent pointer that it announces",
  "after-finp": "bytes arrived after the frame that said it was the last",
  "end-without-finp": "the stream ended, but no authentic frame said so: it was cut",
  "keep-alive-timed-out": "the peer did not answer a keep-alive in time",
  "early-application-data":
    "the program handed over application data, or its end, before the connection was established",
  "late-application-data": "the program handed over application data after its end",
};
