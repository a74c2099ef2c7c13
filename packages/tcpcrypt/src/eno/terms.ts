import type { Tep } from "../tep.ts";

/** Host A or host B of a connection (RFC 8547 §4.3). */
export type Role = "A" | "B";

/**
 * What a host says of its application, and asks of the other side's: off says a = 0; on says a = 1;
 * mandatory says a = 1 and disables encryption unless the other side does (RFC 8547 §4.2).
 */
export type AwareMode = "off" | "on" | "mandatory";

/** A session that this host can resume, as far as the peer's suboption has to show it. */
export interface OfferedResumption {
  readonly tep: Tep;
  /** The half of the resumption identifier that the peer has to send: 9 bytes. */
  readonly expectedHalf: Uint8Array;
}

/** What a host asks of a negotiation. */
export interface Terms {
  /** What it is willing to use, the best first. */
  readonly teps: readonly Tep[];
  readonly aware: AwareMode;
  /** Without it no resumption is valid, whatever the options say. */
  readonly resumption?: OfferedResumption;
}
