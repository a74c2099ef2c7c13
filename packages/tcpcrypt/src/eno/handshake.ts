import { considerSyn, type FindResumption } from "./answer.ts";
import type { DisableReason } from "./disable-reason.ts";
import { type Agreement, settle } from "./settle.ts";
import { readSynOption, writeNonSynOption } from "./syn-option.ts";
import type { Terms } from "./terms.ts";

/** How this host opens the connection. */
export type Opener =
  | { readonly opens: "actively"; readonly terms: Terms; readonly option: Uint8Array }
  | { readonly opens: "passively"; readonly terms: Terms; readonly find?: FindResumption };

/** Where a host stands in the negotiation (RFC 8547 §4.6). It begins with `expecting-syn`. */
export type Handshake =
  /** No SYN has been received, neither alone nor in a SYN-ACK. */
  | { readonly state: "expecting-syn"; readonly opener: Opener }
  /** The options agree, and no ACK segment has been received. */
  | ({ readonly state: "expecting-ack"; readonly sentAck: boolean } & Options)
  /** An ACK segment with ENO has been received, and none has been sent. */
  | ({ readonly state: "sending-ack" } & Options)
  /** Both have happened. The option still goes out until a non-SYN segment has come in. */
  | ({ readonly state: "encrypting"; readonly receivedNonSyn: boolean } & Options)
  | { readonly state: "disabled"; readonly reason: DisableReason };

interface Options {
  /** Our SYN-form option. */
  readonly sent: Uint8Array;
  readonly agreement: Agreement;
}

/** A segment that TCP accepted. A non-SYN segment has the ACK flag. */
export interface ReceivedSegment {
  readonly kind: "syn" | "syn-ack" | "non-syn";
  /** All its options of kind 69, each whole. */
  readonly enoOptions: readonly Uint8Array[];
  readonly hasData: boolean;
}

/** What happens to a connection: it is about to send a segment, or it received one. */
export type HandshakeEvent =
  /** Also for retransmitted ones; `ack` is a non-SYN segment without data, `data` one with. */
  | { readonly type: "sending"; readonly segment: "syn" | "syn-ack" | "ack" | "data" }
  /** An active opener may give up ENO here, where something may be dropping SYNs that have it. */
  | {
      readonly type: "sending";
      readonly segment: "retransmitted-syn";
      readonly withOption: boolean;
    }
  | { readonly type: "received"; readonly segment: ReceivedSegment };

/** What to do, in this order. */
export type HandshakeEffect =
  /** Put this option into the segment about to be sent. Without this effect it has none. */
  | { readonly type: "attach"; readonly option: Uint8Array }
  /**
   * Do not send the segment now. What TCP has no reason to send, and above all non-SYN segments of a
   * host that has received no ACK: the peer would stop to say ENO before this host has heard it.
   */
  | { readonly type: "withhold" }
  /** Neither deliver nor acknowledge the data of the SYN segment received (RFC 8547 §4.7). */
  | { readonly type: "discard-syn-data" }
  /** From now on plain TCP. */
  | { readonly type: "disabled"; readonly reason: DisableReason }
  /** From now on, with this segment's data, no plaintext in either direction. */
  | { readonly type: "encrypting"; readonly agreement: Agreement };

/** The negotiation afterwards, and what to do. */
export interface HandshakeStep {
  readonly next: Handshake;
  readonly effects: readonly HandshakeEffect[];
}

/**
 * Advances the negotiation by one event. `disabled` and `encrypting` happen at most once, and never
 * both. What {@link settle} checks is checked when the peer's SYN arrives; later SYN segments only
 * need a well-formed option.
 *
 * @see RFC 8547 §4.6 and §4.7
 */
export function negotiate(handshake: Handshake, event: HandshakeEvent): HandshakeStep {
  if (event.type === "sending") return send(handshake, event);
  const { segment } = event;
  const { next, effects } = receive(handshake, segment);
  // RFC 8547 §4.7: no TEP of tcpcrypt defines such data, so they are discarded in every state.
  const discards = segment.kind !== "non-syn" && segment.hasData && segment.enoOptions.length > 0;
  return { next, effects: discards ? [{ type: "discard-syn-data" }, ...effects] : effects };
}

function send(
  handshake: Handshake,
  event: Extract<HandshakeEvent, { readonly type: "sending" }>,
): HandshakeStep {
  const { segment } = event;
  switch (handshake.state) {
    case "expecting-syn": {
      const { opener } = handshake;
      const isSyn = segment === "syn" || segment === "retransmitted-syn";
      if (!isSyn || opener.opens === "passively") return withhold(handshake);
      const drops = segment === "retransmitted-syn" && !event.withOption;
      return drops ? disable("option-dropped") : attach(handshake, opener.option);
    }
    case "expecting-ack":
      if (segment !== "syn-ack") return withhold(handshake);
      return attach({ ...handshake, sentAck: true }, handshake.sent);
    case "sending-ack": {
      if (segment === "syn" || segment === "retransmitted-syn") return withhold(handshake);
      const { next, effects } = encrypt(handshake, false);
      const option = segment === "syn-ack" ? handshake.sent : writeNonSynOption();
      return { next, effects: [{ type: "attach", option }, ...effects] };
    }
    case "encrypting":
      if (segment === "ack" || segment === "data") {
        if (handshake.receivedNonSyn) return unchanged(handshake);
        return attach(handshake, writeNonSynOption());
      }
      if (segment === "syn-ack" && !handshake.receivedNonSyn) {
        return attach(handshake, handshake.sent);
      }
      return withhold(handshake);
    case "disabled":
      return unchanged(handshake);
  }
}

function receive(handshake: Handshake, segment: ReceivedSegment): HandshakeStep {
  switch (handshake.state) {
    case "expecting-syn": {
      const fault = faultOf(segment);
      if (fault !== undefined) return disable(fault);
      return receiveSyn(handshake.opener, segment);
    }
    case "expecting-ack": {
      const fault = faultOf(segment);
      if (fault !== undefined) return disable(fault);
      if (segment.kind === "syn") return unchanged(handshake);
      if (handshake.sentAck) return encrypt(handshake, segment.kind === "non-syn");
      if (segment.kind === "non-syn") return disable("unexpected-segment");
      const { sent, agreement } = handshake;
      return unchanged({ state: "sending-ack", sent, agreement });
    }
    case "sending-ack":
      // The peer answers nobody yet: its next ACK segments would have to acknowledge ours.
      return segment.kind === "non-syn" ? disable("unexpected-segment") : unchanged(handshake);
    case "encrypting":
      if (segment.kind !== "non-syn") return unchanged(handshake);
      return unchanged({ ...handshake, receivedNonSyn: true });
    case "disabled":
      return unchanged(handshake);
  }
}

/** The peer's first SYN, which is a SYN-ACK unless this host opens passively or both open. */
function receiveSyn(opener: Opener, { kind, enoOptions }: ReceivedSegment): HandshakeStep {
  const [received] = enoOptions;
  const isExpected = kind === "syn" || (kind === "syn-ack" && opener.opens === "actively");
  if (!isExpected || received === undefined) return disable("unexpected-segment");

  let sent: Uint8Array;
  let { terms } = opener;
  if (opener.opens === "actively") {
    sent = opener.option;
  } else {
    const answer = considerSyn(received, terms, opener.find);
    if (answer.option === undefined) return disable(answer.reason);
    sent = answer.option;
    if (answer.resumption !== undefined) terms = { ...terms, resumption: answer.resumption };
  }
  const settlement = settle(sent, received, terms);
  if (!settlement.agreed) return disable(settlement.reason);
  const options = { sent, agreement: settlement };
  return unchanged(
    kind === "syn"
      ? { state: "expecting-ack", sentAck: false, ...options }
      : { state: "sending-ack", ...options },
  );
}

/** What is wrong with the ENO options of a segment up to the first ACK segment. */
function faultOf({ kind, enoOptions }: ReceivedSegment): DisableReason | undefined {
  const [option, ...others] = enoOptions;
  if (option === undefined) return "no-option";
  // RFC 8547 §4.1: of the non-SYN form only the presence counts, however many there are.
  if (kind === "non-syn") return undefined;
  if (others.length > 0) return "repeated-option";
  return readSynOption(option) === undefined ? "malformed-option" : undefined;
}

function encrypt({ sent, agreement }: Options, receivedNonSyn: boolean): HandshakeStep {
  return {
    next: { state: "encrypting", sent, agreement, receivedNonSyn },
    effects: [{ type: "encrypting", agreement }],
  };
}

function disable(reason: DisableReason): HandshakeStep {
  return { next: { state: "disabled", reason }, effects: [{ type: "disabled", reason }] };
}

function attach(next: Handshake, option: Uint8Array): HandshakeStep {
  return { next, effects: [{ type: "attach", option }] };
}

function withhold(next: Handshake): HandshakeStep {
  return { next, effects: [{ type: "withhold" }] };
}

function unchanged(next: Handshake): HandshakeStep {
  return { next, effects: [] };
}
