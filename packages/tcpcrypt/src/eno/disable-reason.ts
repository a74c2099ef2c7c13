/** Why two SYN-form options lead to no encryption (RFC 8547 §4.6). */
export type EnoFailure = "malformed-option" | "same-role" | "not-aware" | "no-valid-tep";

/** Why encryption is disabled for a connection; each has a text in {@link disableReasonTexts}. */
export type DisableReason =
  | EnoFailure
  | "no-option"
  | "repeated-option"
  | "option-dropped"
  | "unexpected-segment";

/** What each reason means, in the words of the reference page. */
export const disableReasonTexts: Readonly<Record<DisableReason, string>> = {
  "malformed-option": "an ENO option of a SYN segment is ill-formed",
  "same-role": "both hosts say that they are host A, or both that they are host B",
  "not-aware": "the peer's application does not say that it knows of the encryption, and it has to",
  "no-valid-tep": "the two options have no valid TEP in common",
  "no-option": "a segment came without ENO, up to the first ACK segment",
  "repeated-option": "a SYN segment has more than one ENO option",
  "option-dropped": "this host left the option out of a SYN that it sent again",
  "unexpected-segment": "a segment came that TCP does not accept at this point",
};
