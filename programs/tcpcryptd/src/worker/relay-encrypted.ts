import {
  aeadName,
  type Connection,
  type ConnectionEvent,
  defaultConnectionLimits,
  type Effect,
  type ResumableSecret,
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
  /** Hears of an exception that ends this connection only. */
  mistaken(error: unknown): void;
  /** A later connection to this peer can resume with `secret`. */
  keep(secret: ResumableSecret): void;
  /** The key exchange is done. Without an application's leg it must be attached now, or later. */
  established(session: Session): void;
  /** All legs are closed; the keys are wiped. */
  done(end: RelayEnd): void;
}

const answerMilliseconds = defaultConnectionLimits.keepAliveMilliseconds;
/** For a peer's FIN when nothing more can follow. */
const lingerMilliseconds = 30_000;

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
  #leaveAt = Number.POSITIVE_INFINITY;
  /** What the network's leg had still to send when it was looked at last. */
  #leftToSend = Number.POSITIVE_INFINITY;
  /** When the peer was heard last, or its silence last said nothing. */
  #lifeAt = Number.NEGATIVE_INFINITY;
  /** Whether bytes of the peer may lie in the kernel, unread for a while. */
  #isBehind = false;
  /** Bytes of the peer that go before any others, in a later turn. */
  #later: Buffer | undefined;
  #turn: NodeJS.Immediate | undefined;

  constructor(parts: EncryptedParts, application?: Leg) {
    this.#parts = parts;
    this.#adopt(application);
  }

  /** Begins the key exchange. */
  start(): void {
    const { network } = this.#parts;
    network.start(this);
    this.#contain(() => {
      this.#handle({ type: "start" });
      if (this.#isReading) network.resume();
    });
  }

  /** Delivers to `application` from now on, and sends what it says; resets it if all is over. */
  attach(application: Leg): void {
    if (this.#end !== undefined) {
      application.reset();
      return;
    }
    this.#contain(() => {
      this.#adopt(application);
      const held = this.#held;
      this.#held = undefined;
      this.#perform(held ?? []);
      this.#carry();
    });
  }

  /** There will be no application. */
  refuse(): void {
    this.#abort("application-unreachable");
  }

  get applicationStays(): boolean {
    return this.#application?.peerStays ?? true;
  }

  get bytes(): Carried {
    return this.#parts.connection.counts.bytes;
  }

  get isResumed(): boolean {
    return this.#session?.resumed === true;
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
    this.#contain(() => this.#handle({ type: "rekey" }));
  }

  reset(): void {
    this.#abort("reset-by-us");
  }

  received(leg: Leg, bytes: Buffer): boolean {
    if (leg === this.#application) {
      this.#handle({ type: "application-data", bytes });
      return !this.#parts.network.isFull;
    }
    this.#lifeAt = this.#parts.now();
    this.#take(bytes);
    return !this.#isBehind;
  }

  drained(leg: Leg): void {
    if (leg !== this.#application) {
      this.#lifeAt = this.#parts.now();
      if (this.#session !== undefined) this.#application?.resume();
    }
    this.#readNetwork();
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

  mistaken(): void {
    this.#abort("mistake");
  }

  wake(now: number): void {
    this.#contain(() => {
      if (now >= this.#connectionWakesAt) this.#tick();
      if (now >= this.#probeAt) this.#probe(now);
      if (now >= this.#leaveAt) this.#leave(now);
      this.#sleep();
    });
  }

  #tick(): void {
    this.#connectionWakesAt = Number.POSITIVE_INFINITY;
    // Timers come before sockets: what the peer seems to be late with may be here already.
    setImmediate(() => this.#contain(() => this.#judgeLateness()));
  }

  /** A peer that exchanged keys is alive while anything is heard of it, or cannot be. */
  #judgeLateness(): void {
    if (this.#end !== undefined || this.#open === 0) return;
    const now = this.#parts.now();
    if (this.#isStuck) this.#lifeAt = now;
    const due = this.#lifeAt + answerMilliseconds;
    const isAlive = this.#session !== undefined && now < due;
    if (isAlive) this.#connectionWakesAt = Math.min(this.#connectionWakesAt, due);
    else this.#handle({ type: "tick", now });
    this.#sleep();
  }

  #probe(now: number): void {
    const { keepAliveMilliseconds } = this.#parts;
    const isSilent = now - this.#lifeAt >= keepAliveMilliseconds;
    if (isSilent && !this.#isStuck) this.#handle({ type: "keep-alive", now });
    this.#probeAt = now + keepAliveMilliseconds;
  }

  /** Both streams have ended under tcpcrypt, and only the peer's FIN is missing. */
  #linger(): void {
    if (this.#parts.connection.phase !== "ended") return;
    this.#leaveAt = this.#parts.now() + lingerMilliseconds;
    this.#sleep();
  }

  #leave(now: number): void {
    const { network } = this.#parts;
    const left = network.waitingBytes;
    this.#leaveAt = left === 0 ? Number.POSITIVE_INFINITY : now + lingerMilliseconds;
    if (left === 0) network.leave();
    // A peer that takes nothing any more will not take the rest.
    else if (left === this.#leftToSend) this.#abort("reset-by-us");
    this.#leftToSend = left;
  }

  /** Whatever throws ends this connection only. */
  #contain(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#parts.mistaken(error);
      this.mistaken();
    }
  }

  #take(bytes: Buffer): void {
    this.#later = undefined;
    this.#handle({ type: "received", bytes });
    this.#isBehind = !this.#mayRead || this.#later !== undefined;
    if (this.#later === undefined || this.#end !== undefined) return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      this.#contain(() => this.#readNetwork());
    });
  }

  /** Goes on with what the peer has sent, unless something is in the way: then that calls again. */
  #readNetwork(): void {
    if (this.#end !== undefined || this.#turn !== undefined || !this.#mayRead) return;
    if (this.#later !== undefined) {
      this.#take(this.#later);
      if (this.#isBehind) return;
    }
    this.#isBehind = false;
    this.#parts.network.resume();
  }

  /** Whether bytes wait on this side; then silence says nothing about the peer. */
  get #isStuck(): boolean {
    return this.#isBehind || this.#parts.network.hasBacklog;
  }

  /** Whether what arrives can be taken on: delivered, and answered where it asks for new keys. */
  get #mayRead(): boolean {
    const isSlow = this.#application?.isFull === true || this.#parts.network.isFlooded;
    return this.#isReading && !isSlow;
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
    this.#readNetwork();
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
        network.write(effect.pieces);
        return;
      case "send-fin":
        network.end();
        this.#linger();
        return;
      case "established":
        this.#session = effect.session;
        this.#parts.established(effect.session);
        if (this.#application !== undefined) this.#carry();
        return;
      case "deliver":
      case "deliver-end":
        this.#deliver(effect);
        return;
      case "later":
        this.#later = Buffer.from(effect.bytes);
        return;
      case "cache-secret":
        this.#parts.keep(effect.secret);
        return;
      case "wake-at":
        this.#connectionWakesAt = effect.at;
        this.#sleep();
        return;
      case "abort":
        this.#abort(effect.reason);
        return;
    }
  }

  #deliver(effect: Extract<Effect, { type: "deliver" | "deliver-end" }>): void {
    if (this.#application === undefined) {
      this.#held ??= [];
      this.#held.push(effect);
    } else if (effect.type === "deliver") this.#application.write([effect.bytes]);
    else {
      this.#application.end();
      this.#linger();
    }
  }

  #sleep(): void {
    if (this.#end !== undefined) return;
    const { wakeUps } = this.#parts;
    const at = Math.min(this.#connectionWakesAt, this.#probeAt, this.#leaveAt);
    if (at === Number.POSITIVE_INFINITY) wakeUps.forget(this);
    else wakeUps.at(at, this);
  }

  #abort(end: RelayEnd): void {
    this.#end ??= end;
    this.#held = undefined;
    this.#later = undefined;
    clearImmediate(this.#turn);
    this.#parts.network.reset();
    this.#application?.reset();
  }
}
