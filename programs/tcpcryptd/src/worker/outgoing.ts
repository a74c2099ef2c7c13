import { isIPv6, type Socket } from "node:net";
import { offerSyn, type ResumableSecret, resumptionNonceLength } from "@countersign/tcpcrypt";
import { readDialedMark, wireMark } from "../marks.ts";
import { awareModeOf } from "../supervisor/treatment.ts";
import type { AbortedBecause } from "./abort-counts.ts";
import { BrokenPeers } from "./broken-peers.ts";
import { carryEncrypted, carryPlain } from "./carry.ts";
import type { Entry } from "./connection-table.ts";
import type { Desk } from "./desk.ts";
import { Leg } from "./leg.ts";
import type { DialOutcome, PlainReason, ToWorker } from "./messages.ts";
import { type Negotiated, negotiatedByUs, termsFor } from "./negotiation.ts";
import type { Sleeper } from "./wake-ups.ts";

/** Bytes that Linux's own options leave in a SYN with time stamps. */
const optionRoom = 20;
/** An application that was let go is there at once, unless its SYN got lost. */
const claimMilliseconds = 5000;

type Dial = Extract<ToWorker, { type: "dial" }>;

/** A connection to the network whose application has not come yet. */
interface Waiting extends Sleeper {
  readonly dial: Dial;
  readonly entry: Entry;
  readonly network: Leg;
  readonly offered: ResumableSecret | undefined;
  /** There once it stands. */
  negotiated: Negotiated | undefined;
}

/**
 * Connections that this machine opens: dials the true destination first, and joins it with the
 * application's own connection, which follows with the dial's id in its mark.
 */
export class Outgoing {
  readonly #desk: Desk;
  readonly #waiting = new Map<number, Waiting>();
  readonly #broken = new BrokenPeers();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  dial(dial: Dial): void {
    const { isDraining, table, aborts } = this.#desk;
    if (isDraining) {
      this.#tell(dial, unreachable("ECANCELED"));
      return;
    }
    if (table.isFull) {
      aborts.count("no-room");
      this.#tell(dial, unreachable("ENOBUFS"));
      return;
    }
    const offered = this.#secretFor(dial);
    let network: Leg;
    try {
      network = this.#socketFor(dial, offered);
    } catch (error) {
      offered?.wipe();
      this.#tell(dial, outcomeOf(codeOf(error)));
      return;
    }
    const entry = table.add("outgoing", dial.local, dial.remote);
    const wake = () => this.#drop(waiting, "never-claimed");
    const waiting: Waiting = { dial, entry, network, offered, negotiated: undefined, wake };
    this.#waiting.set(dial.id, waiting);
    this.#connect(waiting);
  }

  /** The application gave up. */
  abandon(id: number): void {
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) this.#drop(waiting, "abandoned");
  }

  /** Takes in the application's connection, redirected to this worker. */
  accept(accepted: Socket): void {
    const { index, legs, world, aborts } = this.#desk;
    const application = Leg.ofAccepted(accepted, legs);
    if (application === undefined) return;
    const mark = readDialedMark(world.systemCalls.markOf(application.fd));
    const waiting = mark?.worker === index ? this.#waiting.get(mark.id) : undefined;
    if (waiting?.negotiated === undefined) {
      aborts.count("not-redirected");
      application.reset();
      return;
    }
    const { negotiated } = waiting;
    this.#forget(waiting);
    const join = () => this.#join(waiting, negotiated, application);
    this.#contain(join, () => {
      application.reset();
      this.#drop(waiting, "mistake");
    });
  }

  /** A secret only where its suboption fits beside everything else that must be said. */
  #secretFor({ remote, treatment }: Dial): ResumableSecret | undefined {
    const { settings, secrets } = this.#desk;
    const needsGlobal = treatment.passiveRole || awareModeOf(treatment) !== "off";
    const mayResume = settings.resumption.enabled && treatment.resumption && !needsGlobal;
    return mayResume ? secrets.takeFor(remote) : undefined;
  }

  /** @throws {SystemCallFailure} */
  #socketFor({ local, remote, treatment }: Dial, secret: ResumableSecret | undefined): Leg {
    const { world, legs } = this.#desk;
    const { teps, aware } = termsFor(this.#desk, treatment);
    const option = offerSyn({
      teps,
      aware,
      passiveRole: treatment.passiveRole,
      room: optionRoom,
      ...(secret && { resumption: proposalOf(secret, world.entropy.bytes(resumptionNonceLength)) }),
    });
    const family = isIPv6(remote.address) ? 6 : 4;
    // The application may have chosen its address, and with it a route or what the server allows.
    const fd = world.systemCalls.tcpSocket({ family, mark: wireMark, source: local.address });
    try {
      if (option !== undefined) {
        const { expectedHalf } = secret ?? {};
        world.eno.offer(fd, { option, aware, ...(expectedHalf && { expectedHalf }) });
      }
    } catch (error) {
      world.systemCalls.close(fd);
      throw error;
    }
    return Leg.ofSocket(fd, legs);
  }

  #connect(waiting: Waiting): void {
    const { world, table } = this.#desk;
    const { dial, entry, network, offered } = waiting;
    const started = world.now();
    network.connect(dial.remote, (failure) => {
      if (failure === undefined) {
        const connected = () => this.#connected(waiting, world.now() - started);
        this.#contain(connected, () => {
          this.#drop(waiting, "mistake");
          this.#tell(dial, unreachable("EIO"));
        });
        return;
      }
      this.#forget(waiting);
      offered?.wipe();
      table.remove(entry);
      this.#tell(dial, outcomeOf(failure));
    });
  }

  #connected(waiting: Waiting, took: number): void {
    const { dial, network, offered } = waiting;
    const negotiated = negotiatedByUs(this.#desk, network.fd, dial.treatment, offered);
    if (negotiated === "not-agreed") {
      this.#drop(waiting, negotiated);
      this.#tellPlain(dial, "broken-peer");
      this.#tell(dial, { outcome: "refused", errno: "EPROTO" });
      return;
    }
    if (!negotiated.encrypted && dial.treatment.mode !== "opportunistic") {
      // The application hears of it at connect(), rather than by a reset afterwards.
      this.#drop(waiting, "not-encrypted");
      this.#tell(dial, { outcome: "refused", errno: "EPROTO" });
      return;
    }
    waiting.negotiated = negotiated;
    // An application's SYN is sent again after at most as long as it has waited already.
    this.#desk.wakeUps.at(this.#desk.world.now() + claimMilliseconds + 2 * took, waiting);
    this.#tell(dial, { outcome: "connected" });
  }

  #join(waiting: Waiting, negotiated: Negotiated, application: Leg): void {
    const { dial, entry, network, offered } = waiting;
    if (!negotiated.encrypted) {
      offered?.wipe();
      this.#tellPlain(dial, negotiated.reason);
      carryPlain(this.#desk, entry, { application, network }, negotiated.reason);
      return;
    }
    const { secrets } = this.#desk;
    carryEncrypted(this.#desk, entry, negotiated, {
      treatment: dial.treatment,
      application,
      network,
      keep: (secret) => secrets.keepFor(dial.remote, secret),
      flush: () => secrets.flushFor(dial.remote),
      established: () => this.#broken.succeeded(dial.remote),
      done: (end, wasEstablished) => {
        if (wasEstablished || !this.#broken.failed(dial.remote, end)) return;
        this.#tellPlain(dial, "broken-peer");
      },
    });
  }

  /** Whatever throws ends its own connection only. */
  #contain(work: () => void, end: () => void): void {
    try {
      work();
    } catch (error) {
      this.#desk.legs.mistaken(error);
      end();
    }
  }

  #drop(waiting: Waiting, why: AbortedBecause): void {
    this.#forget(waiting);
    waiting.offered?.wipe();
    waiting.network.reset();
    this.#desk.table.remove(waiting.entry);
    this.#desk.aborts.count(why);
  }

  #forget(waiting: Waiting): void {
    this.#waiting.delete(waiting.dial.id);
    this.#desk.wakeUps.forget(waiting);
  }

  #tell({ id }: Dial, outcome: DialOutcome): void {
    this.#desk.world.tell({ type: "dialed", id, ...outcome });
  }

  /** Where encryption is required, nothing may lead around it. */
  #tellPlain({ remote, treatment }: Dial, reason: PlainReason): void {
    if (treatment.mode !== "opportunistic") return;
    this.#desk.world.tell({ type: "plain", remote, reason });
  }
}

function proposalOf({ tep, half }: ResumableSecret, nonce: Uint8Array) {
  return { tep, half, nonce };
}

function unreachable(errno: string): DialOutcome {
  return { outcome: "unreachable", errno };
}

/** What connect() would have told the application. */
function outcomeOf(errno: string): DialOutcome {
  if (errno === "ECONNREFUSED" || errno === "ECONNRESET") return { outcome: "refused", errno };
  if (errno === "ETIMEDOUT") return { outcome: "timed-out", errno };
  return unreachable(errno);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "EIO";
}
