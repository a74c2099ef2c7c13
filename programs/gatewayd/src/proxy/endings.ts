import type { EpochSeconds } from "@countersign/ticket";

/** Why something that is open has to end. */
export type EndReason = "ticket-ended" | "stopping";

/** Something that may not outlive the ticket that let it in. */
interface Open {
  readonly validUntil: EpochSeconds;
  end(reason: EndReason): void;
}

const checkEveryMs = 1_000;

/**
 * What is open by right of a ticket: WebSockets, event streams, long answers. One look at all of them
 * each second: a timer for each could neither be set to more than 24 days nor follow a clock that is set.
 */
export class Endings {
  readonly #open = new Set<Open>();
  readonly #now: () => EpochSeconds | "stopping";
  #timer: NodeJS.Timeout | undefined;

  constructor(now: () => EpochSeconds | "stopping") {
    this.#now = now;
  }

  /**
   * Calls `end` once, when the ticket is no longer valid or the gateway stops, unless what this gives
   * was called before. Without a ticket only stopping counts.
   */
  add(validUntil: EpochSeconds | undefined, end: Open["end"]): () => void {
    const open = { validUntil: validUntil ?? Number.POSITIVE_INFINITY, end };
    this.#open.add(open);
    this.#timer ??= setInterval(() => this.#check(), checkEveryMs).unref();
    return () => this.#remove(open);
  }

  #check(): void {
    const now = this.#now();
    for (const open of this.#open) {
      if (now !== "stopping" && now <= open.validUntil) continue;
      this.#remove(open);
      open.end(now === "stopping" ? now : "ticket-ended");
    }
  }

  #remove(open: Open): void {
    this.#open.delete(open);
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
