import type { AbortReason } from "./abort-reason.ts";
import type { Aead } from "./aead.ts";
import type { KeyPair, Wipeable } from "./crypto.ts";
import { type Direction, keysIn } from "./direction.ts";
import type { Agreement } from "./eno/settle.ts";
import type { Effect } from "./events.ts";
import type { ResumableSecret } from "./resumption.ts";
import type { Unread } from "./unread.ts";

/** What a key exchange needs from its first event to its last. */
export interface Exchange {
  readonly agreement: Agreement;
  /** Algorithms to offer, or to choose from, the best first. */
  readonly ciphers: readonly Aead[];
  readonly keyPair: KeyPair;
  /** Our N_A or N_B: 32 bytes. */
  readonly nonce: Uint8Array;
  readonly deadline: number;
  /** Whether a secret for a later connection is wanted. */
  readonly cacheSecret: boolean;
}

/** A session to resume: no key exchange takes place. */
export interface Resumption {
  readonly agreement: Agreement & { readonly resumption: object };
  readonly secret: ResumableSecret;
  readonly cacheSecret: boolean;
}

/** What this host's application may still send. */
export type Outgoing =
  | { readonly state: "expecting-application-data"; readonly direction: Direction }
  /** FINp has been sent. */
  | { readonly state: "ended"; readonly generation: number };

/** What the peer may still send. */
export type Incoming =
  | { readonly state: "expecting-frame"; readonly direction: Direction; readonly unread: Unread }
  /** FINp has been received. */
  | { readonly state: "expecting-fin"; readonly generation: number };

/** A keep-alive that has not been answered. */
export interface Probe {
  /** The answer is a frame of this generation. */
  readonly generation: number;
  readonly deadline: number;
}

/** Application data so far, in bytes. */
export interface Transferred {
  readonly sent: number;
  readonly received: number;
}

/** Frames go both ways, independently. */
export interface Exchanging {
  readonly state: "exchanging-frames";
  readonly outgoing: Outgoing;
  readonly incoming: Incoming;
  readonly probe: Probe | undefined;
  readonly transferred: Transferred;
  /** For a later connection, once a frame has proven that the peer has the same secret. */
  readonly unproven: ResumableSecret | undefined;
}

/** Where one connection stands (RFC 8548 §3). */
export type State =
  | { readonly state: "expecting-start"; readonly begin: Exchange | Resumption }
  /** Host B. */
  | { readonly state: "expecting-init1"; readonly exchange: Exchange; readonly unread: Unread }
  /** Host A. */
  | {
      readonly state: "expecting-init2";
      readonly exchange: Exchange;
      /** As sent. */
      readonly init1: Uint8Array;
      readonly unread: Unread;
    }
  | Exchanging
  | { readonly state: "closed" }
  | { readonly state: "aborted"; readonly reason: AbortReason };

/** The state afterwards, what to do, and the secrets that only the state before needed. */
export interface Step {
  readonly next: State;
  readonly effects: readonly Effect[];
  readonly spent: readonly Wipeable[];
}

/** All secrets that a state holds. */
export function secretsIn(state: State): readonly Wipeable[] {
  switch (state.state) {
    case "expecting-start":
      return [isFresh(state.begin) ? state.begin.keyPair : state.begin.secret];
    case "expecting-init1":
    case "expecting-init2":
      return [state.exchange.keyPair];
    case "exchanging-frames": {
      const { outgoing, incoming, unproven } = state;
      return [
        ...(outgoing.state === "ended" ? [] : keysIn(outgoing.direction)),
        ...(incoming.state === "expecting-fin" ? [] : keysIn(incoming.direction)),
        ...(unproven === undefined ? [] : [unproven]),
      ];
    }
    case "closed":
    case "aborted":
      return [];
  }
}

/** Whether a connection begins with a key exchange. */
export function isFresh(begin: Exchange | Resumption): begin is Exchange {
  return "keyPair" in begin;
}

/** Ends a connection: nothing of it is left but the reason. */
export function abort(state: State, reason: AbortReason, before: readonly Effect[] = []): Step {
  return {
    next: { state: "aborted", reason },
    effects: [...before, { type: "abort", reason }],
    spent: secretsIn(state),
  };
}

/** Nothing happens. */
export function stay(state: State): Step {
  return { next: state, effects: [], spent: [] };
}
