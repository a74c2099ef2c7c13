import { type Direction, keysIn, rekeyed, sealFrame } from "./direction.ts";
import type { Effect } from "./events.ts";
import { frameOverhead, maxFrameData } from "./frame.ts";
import type { ConnectionLimits } from "./limits.ts";
import { abort, type Exchanging, type Step, stay } from "./state.ts";

const noBytes = new Uint8Array(0);

/** Seals application data into as few frames as they need. @see RFC 8548 §3.6 */
export function sendData(state: Exchanging, bytes: Uint8Array, limits: ConnectionLimits): Step {
  const { outgoing, transferred } = state;
  if (outgoing.state === "ended") return abort(state, "late-application-data");
  const pieces: Uint8Array[] = [];
  const spent: Uint8Array[] = [];
  let { direction } = outgoing;
  for (let at = 0; at < bytes.length; at += maxFrameData) {
    const data = bytes.subarray(at, at + maxFrameData);
    // RFC 8548 §3.8: with data, rekeying may be started although the last one is not answered.
    const rekey = direction.keyBytes + frameOverhead + data.length > limits.rekeyAfterBytes;
    if (rekey) {
      spent.push(...keysIn(direction));
      direction = rekeyed(direction);
    }
    const sealed = sealFrame(direction, { end: false, rekey, data });
    pieces.push(...sealed.pieces);
    direction = sealed.next;
  }
  if (pieces.length === 0) return stay(state);
  const sent = transferred.sent + bytes.length;
  return {
    next: { ...keepSending(state, direction), transferred: { ...transferred, sent } },
    effects: [{ type: "send", pieces }],
    spent,
  };
}

/** Sends FINp, behind which nothing follows. @see RFC 8548 §3.7 */
export function sendEnd(state: Exchanging): Step {
  const { outgoing } = state;
  if (outgoing.state === "ended") return stay(state);
  const { pieces, next } = sealFrame(outgoing.direction, {
    end: true,
    rekey: false,
    data: noBytes,
  });
  return {
    next: { ...state, outgoing: { state: "ended", generation: next.generation } },
    effects: [{ type: "send", pieces }, { type: "send-fin" }],
    spent: keysIn(next),
  };
}

/**
 * Starts rekeying with an empty frame, unless the peer still owes the answer to an earlier one.
 *
 * @see RFC 8548 §3.8
 */
export function startRekeying(state: Exchanging): Step {
  const { outgoing, incoming } = state;
  if (outgoing.state === "ended") return stay(state);
  const { direction } = outgoing;
  if (direction.generation > generationOf(incoming)) return stay(state);
  const { send, next } = sendRekey(direction);
  return { next: keepSending(state, next), effects: [send], spent: keysIn(direction) };
}

/**
 * Asks for a sign of life by rekeying; a rekeying under way asks already. A peer that has ended its
 * stream cannot answer and is not asked.
 *
 * @see RFC 8548 §3.9
 */
export function keepAlive(state: Exchanging, now: number, limits: ConnectionLimits): Step {
  const { outgoing, incoming, probe } = state;
  const cannotAsk = outgoing.state === "ended" || incoming.state === "expecting-fin";
  if (cannotAsk || probe !== undefined) return stay(state);
  const { next, effects, spent } = startRekeying(state);
  if (next.state !== "exchanging-frames") return { next, effects, spent };
  const deadline = now + limits.keepAliveMilliseconds;
  return {
    next: { ...next, probe: { generation: generationOf(next.outgoing), deadline } },
    effects: [...effects, { type: "wake-at", at: deadline }],
    spent,
  };
}

/** The first frame under the next keys, empty. The keys of `direction` are then spent. */
export function sendRekey(direction: Direction): { send: Effect; next: Direction } {
  const frame = { end: false, rekey: true, data: noBytes };
  const { pieces, next } = sealFrame(rekeyed(direction), frame);
  return { send: { type: "send", pieces }, next };
}

/** How often one direction has changed its keys, also after its end. */
export function generationOf(side: Exchanging["outgoing"] | Exchanging["incoming"]): number {
  return "direction" in side ? side.direction.generation : side.generation;
}

function keepSending(state: Exchanging, direction: Direction): Exchanging {
  return { ...state, outgoing: { state: "expecting-application-data", direction } };
}
