import { offerSyn, type ResumableSecret } from "@countersign/tcpcrypt";
import type { Socket } from "node:net";
import { isIPv6 } from "node:net";
import { readDialedMark, wireMark } from "../marks.ts";
import { awareModeOf } from "../supervisor/treatment.ts";
import type { AbortedBecause } from "./abort-counts.ts";
import { carryEncrypted, carryPlain } from "./carry.ts";
import type { Entry } from "./connection-table.ts";
import type { Desk } from "./desk.ts";
import { Leg } from "./leg.ts";
import type { DialOutcome, PlainReason, ToWorker, Treatment } from "./messages.ts";
import { type Negotiated, negotiatedByUs } from "./negotiation.ts";
import type { RelayEnd } from "./relay.ts";
import type { Sleeper } from "./wake-ups.ts";

/** Bytes that Linux's own options leave in a SYN with time stamps. */
const optionRoom = 20;
/** An application that was let go is there at once, unless its SYN was lost. */
const claimMilliseconds = 5000;

type Dial = Extract<ToWorker, { type: "dial" }>;

/** A connection to the network that stands and waits for its application. */
interface Dialed extends Sleeper {
  readonly dial: Dial;
  readonly entry: Entry;
  readonly network: Leg;
  readonly negotiated: Negotiated;
}

/**
 * Connections that this machine opens: dials the true destination first, and joins the application's
 * own connection, which follows with the dial's id in its mark.
 */
export class Outgoing {
  readonly #desk: Desk;
  readonly #dialing = new Map<number, Leg>();
  readonly #dialed = new Map<number, Dialed>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Connections that stand or are being dialed, and whose application has not come yet. */
  get waiting(): number {
    return this.#dialing.size + this.#dialed.size;
  }

  dial(dial: Dial): void {
    const { desk } = { desk: this.#desk };
    if (desk.draining) return this.#tell(dial, unreachable("ECANCELED"));
    if (desk.table.isFull) {
      desk.aborts.count("no-room");
      return this.#tell(dial, unreachable("ENOBUFS"));
    }
    const started = desk.world.now();
    const secret = this.#secretFor(dial);
    let network: Leg;
    try {
      network = Leg.ofSocket(this.#socketFor(dial, secret), desk.legs);
    } catch (error) {
      secret?.wipe();
      return this.#tell(dial, unreachable(codeOf(error)));
    }
    const entry = desk.table.add("outgoing", dial.local, dial.remote);
    this.#dialing.set(dial.id, network);
    network.connect(dial.remote, (failure) => {
      if (!this.#dialing.delete(dial.id)) return;
      if (failure === undefined) return this.#connected(dial, entry, network, secret, started);
      secret?.wipe();
      desk.table.remove(entry);
      this.#tell(dial, outcomeOf(failure));
    });
  }

  /** The application gave up. */
  abandon(id: number): void {
    const dialed = this.#dialed.get(id);
    if (dialed !== undefined) this.#drop(dialed, "abandoned");
  }

  /** The application's connection, redirected to this worker. */
  accept(accepted: Socket): void {
    const application = Leg.ofAccepted(accepted, this.#desk.legs);
    if (application === undefined) return;
    const mark = readDialedMark(this.#desk.world.systemCalls.markOf(application.fd));
    const dialed = mark?.worker === this.#desk.index ? this.#dialed.get(mark.id) : undefined;
    if (dialed === undefined) {
      this.#desk.aborts.count("not-redirected");
      application.reset();
      return;
    }
    this.#dialed.delete(dialed.dial.id);
    this.#desk.wakeUps.forget(dialed);
    this.#join(dialed, application);
  }
}
