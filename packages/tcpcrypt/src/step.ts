import type { AbortReason } from "./abort-reason.ts";
import type { Wipeable } from "./crypto.ts";
import type { ConnectionEvent, Effect } from "./events.ts";
import { measureFrame } from "./frame.ts";
import { receiveFrame } from "./frames-in.ts";
import { keepAlive, sendData, sendEnd, startRekeying } from "./frames-out.ts";
import { receiveInit1, receiveInit2, startExchange, startResumed } from "./key-exchange.ts";
import type { ConnectionLimits } from "./limits.ts";
import { measureInit } from "./messages.ts";
import { abort, isFresh, type State, type Step, secretsIn, stay } from "./state.ts";
import { takeMessage } from "./unread.ts";

/**
 * Advances a connection by one event. Whoever calls it wipes what is `spent`, and uses each state
 * once: a second time would repeat a nonce.
 */
export function step(state: State, event: ConnectionEvent, limits: ConnectionLimits): Step {
  // What a program still hands over after the end is of no interest to anybody.
  if (state.state === "closed" || state.state === "aborted") return stay(state);
  switch (event.type) {
    case "start":
      return start(state);
    case "received":
      return receive(state, event.bytes, limits);
    case "received-fin":
      return receiveFin(state);
    case "application-data":
      return isExchanging(state)
        ? sendData(state, event.bytes, limits)
        : abort(state, "early-application-data");
    case "application-end":
      return isExchanging(state) ? sendEnd(state) : abort(state, "early-application-data");
    case "rekey":
      return isExchanging(state) ? startRekeying(state) : stay(state);
    case "keep-alive":
      return isExchanging(state) ? keepAlive(state, event.now, limits) : stay(state);
    case "tick":
      return tick(state, event.now);
    case "close":
      return { next: { state: "closed" }, effects: [], spent: secretsIn(state) };
  }
}

type Living = Exclude<State, { state: "closed" | "aborted" }>;

function isExchanging(state: Living): state is Extract<State, { state: "exchanging-frames" }> {
  return state.state === "exchanging-frames";
}

function start(state: Living): Step {
  if (state.state !== "expecting-start") return stay(state);
  return isFresh(state.begin) ? startExchange(state.begin) : startResumed(state.begin);
}

function tick(state: Living, now: number): Step {
  switch (state.state) {
    case "expecting-start":
      return stay(state);
    case "expecting-init1":
    case "expecting-init2":
      return waitUntil(state, now, state.exchange.deadline, "key-exchange-timed-out");
    case "exchanging-frames":
      if (state.probe === undefined) return stay(state);
      return waitUntil(state, now, state.probe.deadline, "keep-alive-timed-out");
  }
}

function waitUntil(state: Living, now: number, deadline: number, reason: AbortReason): Step {
  if (now >= deadline) return abort(state, reason);
  // A tick may come early, and then another one is needed.
  return { next: state, effects: [{ type: "wake-at", at: deadline }], spent: [] };
}

function receiveFin(state: Living): Step {
  if (!isExchanging(state)) return abort(state, "end-in-key-exchange");
  // RFC 8548 §3.7: only FINp is the end of the application's stream.
  return state.incoming.state === "expecting-fin" ? stay(state) : abort(state, "end-without-finp");
}

/** Takes whole messages off the stream, each by the rules of the state the last one left. */
function receive(state: Living, bytes: Uint8Array, limits: ConnectionLimits): Step {
  const effects: Effect[] = [];
  const spent: Wipeable[] = [];
  let next: State = state;
  let rest: Uint8Array | undefined = bytes;
  for (let taken = 0; rest !== undefined && rest.length > 0; taken += 1) {
    if (next.state === "aborted") break;
    if (taken >= limits.framesPerTurn) {
      effects.push({ type: "later", bytes: rest });
      break;
    }
    const one: Received = receiveOne(next, rest, limits);
    next = one.next;
    rest = one.rest;
    effects.push(...one.effects);
    spent.push(...one.spent);
  }
  return { next, effects, spent };
}

/** A step, and the bytes behind the message that it took. */
interface Received extends Step {
  readonly rest?: Uint8Array;
}

function receiveOne(state: State, bytes: Uint8Array, limits: ConnectionLimits): Received {
  switch (state.state) {
    case "expecting-init1": {
      const taken = takeMessage(state.unread, bytes, (head) => measureInit("init1", head, limits));
      if ("refusal" in taken) return abort(state, taken.refusal);
      if ("unread" in taken) return stay({ ...state, unread: taken.unread });
      return { ...receiveInit1(state, taken.message), rest: taken.rest };
    }
    case "expecting-init2": {
      const taken = takeMessage(state.unread, bytes, (head) => measureInit("init2", head, limits));
      if ("refusal" in taken) return abort(state, taken.refusal);
      if ("unread" in taken) return stay({ ...state, unread: taken.unread });
      return { ...receiveInit2(state, taken.message), rest: taken.rest };
    }
    case "exchanging-frames": {
      const { incoming } = state;
      if (incoming.state === "expecting-fin") return abort(state, "after-finp");
      const taken = takeMessage(incoming.unread, bytes, measureFrame);
      if ("refusal" in taken) return abort(state, taken.refusal);
      if ("unread" in taken) {
        return stay({ ...state, incoming: { ...incoming, unread: taken.unread } });
      }
      const receiving = { ...state, incoming };
      return { ...receiveFrame(receiving, taken.message), rest: taken.rest };
    }
    case "expecting-start":
      // Nothing may come before both hosts know that encryption is on.
      return abort(state, "early-bytes");
    case "closed":
    case "aborted":
      return stay(state);
  }
}
