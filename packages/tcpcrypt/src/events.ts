import type { AbortReason } from "./abort-reason.ts";
import type { Aead } from "./aead.ts";
import type { Role } from "./eno/terms.ts";
import type { ResumableSecret } from "./resumption.ts";
import type { Tep } from "./tep.ts";

/**
 * What happens to a connection. Times are milliseconds from any fixed point, one for all events.
 * Bytes may be used again as soon as the event has been handled: nothing keeps them.
 */
export type ConnectionEvent =
  /** Encryption was negotiated: the peer has answered with an ENO option on an ACK segment. */
  | { readonly type: "start" }
  /** Bytes of the TCP stream, cut anywhere. */
  | { readonly type: "received"; readonly bytes: Uint8Array }
  /** The TCP stream has ended (FIN). */
  | { readonly type: "received-fin" }
  /**
   * Not before `established` and not after `application-end`. Of any length; a multiple of
   * `maxFrameData` makes the fullest frames.
   */
  | { readonly type: "application-data"; readonly bytes: Uint8Array }
  | { readonly type: "application-end" }
  /** Change to new keys now. Nothing happens while the peer owes the answer to the last change. */
  | { readonly type: "rekey" }
  /** Ask the peer for a sign of life. The connection aborts if none comes in time. */
  | { readonly type: "keep-alive"; readonly now: number }
  /**
   * It is `now`, and all bytes that had arrived by then have been handed over: a program that has
   * paused reading postpones its ticks.
   */
  | { readonly type: "tick"; readonly now: number }
  /** The connection is over, for whatever reason. All secrets are wiped. */
  | { readonly type: "close" };

/** What the program must do, in order. */
export type Effect =
  /** Pieces in the order of the wire, for one `writev`. The last byte of an Init needs PSH. */
  | { readonly type: "send"; readonly pieces: readonly Uint8Array[] }
  /** No more will be sent: end the TCP stream (FIN) behind what was sent. */
  | { readonly type: "send-fin" }
  /** Both hosts can have the keys; application data may now be handed over. */
  | { readonly type: "established"; readonly session: Session }
  /** Authentic data of the peer's application, in memory of its own. Never empty. */
  | { readonly type: "deliver"; readonly bytes: Uint8Array }
  /** The peer's application has ended its stream, which an authentic frame says. */
  | { readonly type: "deliver-end" }
  /**
   * Hand these bytes over again as `received`, before any others, once everybody else has had a turn.
   * A view of those that the event brought. Only with a limit `framesPerTurn`.
   */
  | { readonly type: "later"; readonly bytes: Uint8Array }
  /** For a `SecretCache`, or to be wiped: what the next connection to this peer can resume with. */
  | { readonly type: "cache-secret"; readonly secret: ResumableSecret }
  /** Send a `tick` at that time. The latest counts. */
  | { readonly type: "wake-at"; readonly at: number }
  /** Destroy both legs with RST. All secrets have been wiped. */
  | { readonly type: "abort"; readonly reason: AbortReason };

/** What is known of an established connection. It is encrypted; whom with, the session ID can prove. */
export interface Session {
  /** 33 bytes, beginning with the TEP byte (RFC 8548 §3.4). No secret. */
  readonly sessionId: Uint8Array;
  readonly role: Role;
  readonly tep: Tep;
  readonly aead: Aead;
  readonly resumed: boolean;
  /** The a bits (RFC 8547 §4.2). */
  readonly aware: { readonly local: boolean; readonly remote: boolean };
}
