import type { Leg, LegOwner } from "./leg.ts";
import type { Carried, Legs, Relay, RelayEnd } from "./relay.ts";

/**
 * Carries bytes between two legs as they are. Each direction ends by itself, a reset of one leg
 * resets the other, and a leg is read no faster than the other one takes it.
 */
export class PlainRelay implements Relay, LegOwner {
  readonly #legs: Legs;
  readonly #done: (end: RelayEnd) => void;
  #end: RelayEnd | undefined;
  #open = 2;
  #sent = 0;
  #received = 0;

  /** Begins at once; `done` is called when both legs are closed. */
  constructor(legs: Legs, done: (end: RelayEnd) => void) {
    this.#legs = legs;
    this.#done = done;
    const { application, network } = legs;
    application.start(this);
    network.start(this);
    application.resume();
    network.resume();
  }

  get applicationStays(): boolean {
    return this.#legs.application.peerStays;
  }

  get bytes(): Carried {
    return { sent: this.#sent, received: this.#received };
  }

  reset(): void {
    this.#abort("reset-by-us");
  }

  received(leg: Leg, bytes: Buffer): boolean {
    if (leg === this.#legs.application) this.#sent += bytes.length;
    else this.#received += bytes.length;
    const other = this.#otherOf(leg);
    other.forward(bytes);
    return !other.isFull;
  }

  drained(leg: Leg): void {
    this.#otherOf(leg).resume();
  }

  ended(leg: Leg): void {
    this.#otherOf(leg).end();
  }

  closed(leg: Leg, orderly: boolean): void {
    if (!orderly) {
      this.#abort(leg === this.#legs.application ? "application-reset" : "network-reset");
    }
    this.#open -= 1;
    if (this.#open === 0) this.#done(this.#end ?? "orderly");
  }

  mistaken(): void {
    this.#abort("mistake");
  }

  #abort(end: RelayEnd): void {
    this.#end ??= end;
    this.#legs.application.reset();
    this.#legs.network.reset();
  }

  #otherOf(leg: Leg): Leg {
    const { application, network } = this.#legs;
    return leg === application ? network : application;
  }
}
