import type { AbortReason } from "./abort-reason.ts";
import type { Aead } from "./aead.ts";
import { createKeyPair, type KeyPair, wipe } from "./crypto.ts";
import type { Agreement } from "./eno/settle.ts";
import type { ConnectionEvent, Effect, Session } from "./events.ts";
import { generationOf } from "./frames-out.ts";
import { type ConnectionLimits, defaultConnectionLimits } from "./limits.ts";
import { initNonceLength, maxCiphers } from "./messages.ts";
import type { ResumableSecret } from "./resumption.ts";
import type { Exchange, Resumption, State } from "./state.ts";
import { step } from "./step.ts";

/** Random bytes from the program, fit for cryptography. */
export interface Entropy {
  bytes(length: number): Uint8Array;
}

export interface ConnectionOptions {
  /** What TCP-ENO settled on: role, TEP, transcript. */
  readonly settlement: Agreement;
  /** AEAD algorithms to offer as host A or to choose from as host B, the best first. */
  readonly ciphers: readonly Aead[];
  readonly entropy: Entropy;
  /** Milliseconds from any fixed point, the same as in events. */
  readonly now: number;
  /** Whether an effect `cache-secret` is wanted, so that a later connection can resume. */
  readonly cacheSecret: boolean;
  /** The secret that was offered or accepted. If the settlement is a fresh one, it is wiped. */
  readonly secret?: ResumableSecret | undefined;
  /** A new pair unless given, for vectors. */
  readonly keyPair?: KeyPair | undefined;
  readonly limits?: ConnectionLimits | undefined;
}

/** Where a connection is, in one word. */
export type ConnectionPhase =
  | "expecting-start"
  | "exchanging-keys"
  | "exchanging-frames"
  /** Both applications have ended their streams. */
  | "ended"
  | "closed"
  | "aborted";

/** Numbers about a connection; after an abort, as they were before the event that led to it. */
export interface ConnectionCounts {
  /** Application data in bytes. */
  readonly bytes: { readonly sent: number; readonly received: number };
  /** Generations (RFC 8548 §3.8): how often each direction has changed its keys. */
  readonly rekeys: { readonly local: number; readonly remote: number };
}

/** One tcpcrypt connection: events in, effects out. It owns its secrets and wipes them. */
export interface Connection {
  readonly phase: ConnectionPhase;
  /** There once the connection is established, and after its end. */
  readonly session: Session | undefined;
  readonly abortReason: AbortReason | undefined;
  readonly counts: ConnectionCounts;
  /** Advances by one event. Carry the effects out in their order, before the next event. */
  handle(event: ConnectionEvent): readonly Effect[];
}

/**
 * A connection on which TCP-ENO has succeeded. Begin with the event `start`, and end with `close`
 * whatever happened.
 *
 * @throws {TypeError} A resumption was settled without its secret, or with one of another TEP; or
 * the key pair is of another TEP.
 * @throws {RangeError} None or more than 255 ciphers for a key exchange.
 */
export function createConnection(options: ConnectionOptions): Connection {
  return new RunningConnection(beginning(options), options.limits ?? defaultConnectionLimits);
}

function beginning(options: ConnectionOptions): Exchange | Resumption {
  const { settlement, ciphers, entropy, now, secret, cacheSecret } = options;
  const { tep, resumption } = settlement;
  if (resumption !== undefined) {
    if (secret?.tep !== tep || secret.isSpent) throw new TypeError("expected the secret to resume");
    return { agreement: { ...settlement, resumption }, secret, cacheSecret };
  }
  // RFC 8548 §3.5: once it has been offered, it counts as used, successfully or not.
  secret?.wipe();
  if (ciphers.length < 1 || ciphers.length > maxCiphers) {
    throw new RangeError("expected 1 to 255 ciphers");
  }
  const keyPair = options.keyPair ?? createKeyPair(tep);
  if (keyPair.tep !== tep) throw new TypeError("expected a key pair of the negotiated TEP");
  const { keyExchangeMilliseconds } = options.limits ?? defaultConnectionLimits;
  return {
    agreement: settlement,
    ciphers,
    keyPair,
    nonce: entropy.bytes(initNonceLength),
    deadline: now + keyExchangeMilliseconds,
    cacheSecret,
  };
}

class RunningConnection implements Connection {
  #state: State;
  #session: Session | undefined;
  #counts: ConnectionCounts = { bytes: { sent: 0, received: 0 }, rekeys: { local: 0, remote: 0 } };
  readonly #limits: ConnectionLimits;

  constructor(begin: Exchange | Resumption, limits: ConnectionLimits) {
    this.#state = { state: "expecting-start", begin };
    this.#limits = limits;
  }

  get phase(): ConnectionPhase {
    return phaseOf(this.#state);
  }

  get session(): Session | undefined {
    return this.#session;
  }

  get abortReason(): AbortReason | undefined {
    return this.#state.state === "aborted" ? this.#state.reason : undefined;
  }

  get counts(): ConnectionCounts {
    const state = this.#state;
    if (state.state !== "exchanging-frames") return this.#counts;
    return {
      bytes: state.transferred,
      rekeys: { local: generationOf(state.outgoing), remote: generationOf(state.incoming) },
    };
  }

  handle(event: ConnectionEvent): readonly Effect[] {
    const { next, effects, spent } = step(this.#state, event, this.#limits);
    if (next.state === "closed" || next.state === "aborted") this.#counts = this.counts;
    this.#state = next;
    wipe(...spent);
    for (const effect of effects) {
      if (effect.type === "established") this.#session = effect.session;
    }
    return effects;
  }
}

function phaseOf(state: State): ConnectionPhase {
  switch (state.state) {
    case "expecting-init1":
    case "expecting-init2":
      return "exchanging-keys";
    case "exchanging-frames":
      return state.outgoing.state === "ended" && state.incoming.state === "expecting-fin"
        ? "ended"
        : "exchanging-frames";
    default:
      return state.state;
  }
}
