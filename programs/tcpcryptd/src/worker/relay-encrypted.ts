import {
  aeadName,
  type Connection,
  type ConnectionEvent,
  type Effect,
  type Session,
  tepName,
} from "@countersign/tcpcrypt";
import type { Leg, LegOwner } from "./leg.ts";
import type { ConnectionReport } from "./messages.ts";
import type { Carried, Relay, RelayEnd } from "./relay.ts";
import type { Sleeper, WakeUps } from "./wake-ups.ts";

/** What a report says of an encrypted connection alone. */
export type SessionReport = Omit<
  Extract<ConnectionReport, { encrypted: true }>,
  "encrypted" | "direction" | "local" | "remote" | "bytes" | "openedAt"
>;

/** What an opener gives to an encrypted relay, and hears from it. */
export interface EncryptedParts {
  readonly connection: Connection;
  readonly network: Leg;
  readonly wakeUps: WakeUps;
  /** 0: a silent peer is never probed. */
  readonly keepAliveMilliseconds: number;
  now(): number;
  /** The key exchange is done. Without an application's leg it must be attached now, or later. */
  established(session: Session): void;
  /** All legs are closed; the keys are wiped. */
  done(end: RelayEnd): void;
}

/**
 * Carries application data between a leg in the clear and one under tcpcrypt. FINp and not the end
 * of the TCP stream ends what the application receives; a cut, forged or reset stream is a reset.
 *
 * The application's leg is not read before the key exchange is done, and the network's not between
 * that and the moment when there is an application to deliver to.
 */
export class EncryptedRelay implements Relay, LegOwner, Sleeper {
  readonly #parts: EncryptedParts;
  #application: Leg | undefined;
  #session: Session | undefined;
  #end: RelayEnd | undefined;
  #open = 1;
  /** What was delivered before there was an application. */
  #held: Effect[] | undefined;
  #connectionWakesAt = Number.POSITIVE_INFINITY;
  #probeAt = Number.POSITIVE_INFINITY;
  #heard = false;

  constructor(parts: EncryptedParts, application?: Leg) {
    this.#parts = parts;
    this.#adopt(application);
  }

  /** Begins the key exchange. */
  start(): void {
    const { network } = this.#parts;
    network.start(this);
    this.#handle({ type: "start" });
    if (this.#isReading) network.resume();
  }

  /** Delivers to `application` from now on, and sends what it says. */
  attach(application: Leg): void {
    this.#adopt(application);
    const held = this.#held;
    this.#held = undefined;
    this.#perform(held ?? []);
    this.#carry();
  }

  /** There will be no application. */
  refuse(): void {
    this.#abort("application-unreachable");
  }

  get bytes(): Carried {
    const { bytes } = this.#parts.connection.counts;
    return bytes;
  }

  /** @throws {TypeError} The key exchange is not done. */
  get session(): SessionReport {
    const session = this.#session;
    if (session === undefined) throw new TypeError("the key exchange is not done");
    return {
      sessionId: Buffer.from(session.sessionId).toString("hex").toUpperCase(),
      role: session.role,
      tep: tepName(session.tep),
      aead: aeadName(session.aead),
      resumed: session.resumed,
      aware: session.aware,
      rekeys: this.#parts.connection.counts.rekeys,
    };
  }

  rekey(): void {
    this.#handle({ type: "rekey" });
  }

  reset(): void {
    this.#abort("reset-by-us");
  }

  received(leg: Leg, bytes: Buffer): boolean {
    if (leg === this.#application) {
      this.#handle({ type: "application-data", bytes });
      return !this.#parts.network.isFull;
    }
    this.#heard = true;
    this.#handle({ type: "received", bytes });
    return this.#isReading && !this.#application?.isFull;
  }

  drained(leg: Leg): void {
    if (leg === this.#application) this.#parts.network.resume();
    else if (this.#session !== undefined) this.#application?.resume();
  }

  ended(leg: Leg): void {
    this.#handle({ type: leg === this.#application ? "application-end" : "received-fin" });
  }

  closed(leg: Leg, orderly: boolean): void {
    if (!orderly) this.#abort(leg === this.#application ? "application-reset" : "network-reset");
    this.#open -= 1;
    if (this.#open > 0) return;
    const { connection, wakeUps, done } = this.#parts;
    wakeUps.forget(this);
    connection.handle({ type: "close" });
    done(this.#end ?? "orderly");
  }

  wake(now: number): void {
    if (now >= this.#connectionWakesAt) {
      this.#connectionWakesAt = Number.POSITIVE_INFINITY;
      this.#handle({ type: "tick", now });
    }
    if (now >= this.#probeAt) {
      if (!this.#heard) this.#handle({ type: "keep-alive" });
      this.#heard = false;
      this.#probeAt = now + this.#parts.keepAliveMilliseconds;
    }
    this.#sleep();
  }

  get #isReading(): boolean {
    return this.#session === undefined || this.#application !== undefined;
  }

  #adopt(application: Leg | undefined): void {
    if (application === undefined) return;
    this.#application = application;
    this.#open += 1;
    application.start(this);
  }

  /** There are a session and an application: data flow. */
  #carry(): void {
    if (this.#end !== undefined) return;
    this.#application?.resume();
    this.#parts.network.resume();
    const { keepAliveMilliseconds } = this.#parts;
    if (keepAliveMilliseconds === 0) return;
    this.#probeAt = this.#parts.now() + keepAliveMilliseconds;
    this.#sleep();
  }

  #handle(event: ConnectionEvent): void {
    if (this.#end !== undefined) return;
    this.#perform(this.#parts.connection.handle(event));
  }

  #perform(effects: readonly Effect[]): void {
    const legs = effects.length > 1 ? [this.#parts.network, this.#application] : [];
    for (const leg of legs) leg?.cork();
    for (const effect of effects) this.#carryOut(effect);
    for (const leg of legs) leg?.uncork();
  }

  #carryOut(effect: Effect): void {
    const { network } = this.#parts;
    switch (effect.type) {
      case "send":
        return network.write(effect.pieces);
      case "send-fin":
        return network.end();
      case "established":
        this.#session = effect.session;
        this.#parts.established(effect.session);
        if (this.#application !== undefined) this.#carry();
        return;
      case "deliver":
      case "deliver-end":
        return this.#deliver(effect);
      case "wake-at":
        this.#connectionWakesAt = effect.at;
        return this.#sleep();
      case "abort":
        return this.#abort(effect.reason);
    }
  }

  #deliver(effect: Extract<Effect, { type: "deliver" | "deliver-end" }>): void {
    if (this.#application === undefined) {
      this.#held ??= [];
      this.#held.push(effect);
    } else if (effect.type === "deliver") this.#application.write([effect.bytes]);
    else this.#application.end();
  }

  #sleep(): void {
    const { wakeUps } = this.#parts;
    const at = Math.min(this.#connectionWakesAt, this.#probeAt);
    if (at === Number.POSITIVE_INFINITY) wakeUps.forget(this);
    else wakeUps.at(at, this);
  }

  #abort(end: RelayEnd): void {
    this.#end ??= end;
    this.#held = undefined;
    this.#parts.network.reset();
    this.#application?.reset();
  }
}
