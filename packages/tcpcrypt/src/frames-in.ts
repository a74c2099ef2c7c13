import type { Wipeable } from "./crypto.ts";
import { keysIn, type Opened, openFrame } from "./direction.ts";
import type { Effect } from "./events.ts";
import { generationOf, sendRekey } from "./frames-out.ts";
import { abort, type Exchanging, type Step } from "./state.ts";
import { nothingUnread } from "./unread.ts";

/**
 * Receives one whole frame while frames are expected. Nothing of it is delivered unless all of it
 * is authentic.
 *
 * @see RFC 8548 §3.6 and §3.7
 */
export function receiveFrame(
  state: Exchanging & { readonly incoming: { readonly state: "expecting-frame" } },
  bytes: Uint8Array,
): Step {
  const opened = openFrame(state.incoming.direction, bytes);
  if (typeof opened === "string") return abort(state, opened);
  const { data, end, next } = opened;
  const received = state.transferred.received + data.length;
  const arrived: Exchanging = {
    ...state,
    incoming: end
      ? { state: "expecting-fin", generation: next.generation }
      : { state: "expecting-frame", direction: next, unread: nothingUnread },
    // A peer that has ended its stream owes no answer any more.
    probe: end || isAnswered(state, next.generation) ? undefined : state.probe,
    transferred: { ...state.transferred, received },
    unproven: undefined,
  };
  const answer = opened.rekey ? followRekeying(arrived) : nothing(arrived);
  return {
    next: answer.next,
    // RFC 8548 §3.8 has rekeying answered immediately, so before the application is given its data.
    effects: [...answer.effects, ...whatFrameBrings(state, opened)],
    spent: [...opened.spent, ...(end ? keysIn(next) : []), ...answer.spent],
  };
}

function whatFrameBrings({ unproven }: Exchanging, { data, end }: Opened): readonly Effect[] {
  return [
    ...(unproven === undefined ? [] : [{ type: "cache-secret", secret: unproven } as const]),
    ...(data.length === 0 ? [] : [{ type: "deliver", bytes: data } as const]),
    ...(end ? [{ type: "deliver-end" } as const] : []),
  ];
}

/** Changes our own keys when the peer is ahead, and says so. @see RFC 8548 §3.8 */
function followRekeying(state: Exchanging): Following {
  const { outgoing, incoming } = state;
  if (generationOf(incoming) <= generationOf(outgoing)) return nothing(state);
  if (outgoing.state === "ended") {
    // RFC 8548 §3.8: nothing is sent after FIN, but the number is kept.
    const generation = outgoing.generation + 1;
    return nothing({ ...state, outgoing: { ...outgoing, generation } });
  }
  const { send, next } = sendRekey(outgoing.direction);
  return {
    next: { ...state, outgoing: { ...outgoing, direction: next } },
    effects: [send],
    spent: keysIn(outgoing.direction),
  };
}

interface Following {
  readonly next: Exchanging;
  readonly effects: readonly Effect[];
  readonly spent: readonly Wipeable[];
}

function nothing(next: Exchanging): Following {
  return { next, effects: [], spent: [] };
}

function isAnswered({ probe }: Exchanging, generation: number): boolean {
  return probe !== undefined && generation >= probe.generation;
}
