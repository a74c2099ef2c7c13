import type { RelayEnd } from "./relay.ts";

/** Why a connection did not come to stand, or did not end in order. */
export type AbortedBecause =
  | Exclude<RelayEnd, "orderly">
  /** A rule asks for encryption, and the other side cannot. */
  | "not-encrypted"
  /** The worker carries as many connections as it may. */
  | "no-room"
  /** Somebody connected to the relay's own port. */
  | "not-redirected"
  /** The application that was dialed for never came. */
  | "never-claimed"
  | "abandoned"
  /** The kernel agreed to encrypt, and by the options of both sides that is impossible. */
  | "not-agreed"
  /** The kernel agreed to a resumption whose secret is not here (any more). */
  | "unknown-secret";

/** How often each reason happened. */
export class AbortCounts {
  readonly #counts = new Map<AbortedBecause, number>();

  count(why: AbortedBecause): void {
    this.#counts.set(why, (this.#counts.get(why) ?? 0) + 1);
  }

  /** By reason; reasons that never happened are left out. */
  get all(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
