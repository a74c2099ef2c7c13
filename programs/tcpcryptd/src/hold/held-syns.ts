import { dialedMark, maxDials, refuseMark, unreachableMark } from "../marks.ts";
import type { Endpoint, Treatment } from "../worker/messages.ts";
import { isLinkLocal } from "./addresses.ts";
import { Deadlines } from "./deadlines.ts";
import {
  dueAt,
  type HeldEffect,
  type HeldEvent,
  type HeldSyn,
  hold,
  type Outcome,
  stepHeldSyn,
} from "./held-syn.ts";
import type { Verdict } from "./queue.ts";
import type { Syn } from "./syn.ts";

/** A dial: which worker does it, and by which number. */
export interface Dial {
  readonly worker: number;
  readonly id: number;
}

/** A connection to dial for an application. */
export interface DialOrder extends Dial {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly treatment: Treatment;
}

/** What is to be done in the world. */
export type HoldEffect =
  | { readonly type: "verdict"; readonly packetId: number; readonly verdict: Verdict }
  | ({ readonly type: "dial" } & DialOrder)
  | ({ readonly type: "abandon" } & Dial);

export interface HoldLimits {
  /** Dials whose application has not been answered, of all users and of one. */
  readonly dials: number;
  readonly dialsPerUser: number;
  /** Connections let go that are remembered, in case their SYN comes again. */
  readonly letGo: number;
}

/** One user cannot make others go in the clear by opening very many connections. */
export const defaultHoldLimits: HoldLimits = { dials: 8192, dialsPerUser: 2048, letGo: 65_536 };

/** A SYN, and what asks for it. */
export interface SeenSyn extends Syn {
  readonly packetId: number;
  readonly uid: number | undefined;
  /** What the rules put on it (readHeldMark). */
  readonly mark: number;
}

/** How a new connection shall be treated, and by whom; asked only of those that are new. */
export interface Choices {
  /** `undefined`: it goes on in the clear. */
  decide(syn: SeenSyn): Treatment | undefined;
  /** `undefined`: none is there. */
  chooseWorker(): number | undefined;
}

interface Entry {
  readonly key: string;
  readonly sequence: number;
  readonly uid: number | undefined;
  readonly dial: Dial;
  held: HeldSyn;
}

/** A SYN without a mark is not looked at again: it goes where its application sent it. */
const inTheClear: Verdict = { mark: 0 };
const grainMs = 50;

/** All SYNs that are held, and the dials for them. It has no clock: times are given to it. */
export class HeldSyns {
  readonly #limits: HoldLimits;
  readonly #choices: Choices;
  readonly #byKey = new Map<string, Entry>();
  readonly #byDial = new Map<number, Entry>();
  readonly #letGo = new Set<Entry>();
  readonly #dialsOf = new Map<number | undefined, number>();
  readonly #lastIds = new Map<number, number>();
  readonly #deadlines = new Deadlines<Entry>(grainMs);

  constructor(choices: Choices, limits: HoldLimits = defaultHoldLimits) {
    this.#choices = choices;
    this.#limits = limits;
  }

  /** An application sent a SYN. */
  seen(syn: SeenSyn, now: number): readonly HoldEffect[] {
    const key = keyOf(syn);
    const known = this.#byKey.get(key);
    if (known === undefined) return this.#begin(key, syn, now);
    const { packetId } = syn;
    if (known.sequence === syn.sequence) return this.#step(known, { type: "syn", packetId, now });
    return [...this.#step(known, { type: "superseded" }), ...this.#begin(key, syn, now)];
  }

  /** A worker says how a dial ended. Nothing is said about dials that are not known. */
  ended({ worker, id }: Dial, outcome: Outcome): readonly HoldEffect[] {
    const entry = this.#byDial.get(dialedMark(worker, id));
    return entry === undefined ? [] : this.#step(entry, { type: "outcome", outcome });
  }

  /** A worker is no more, and with it all that it dialed. */
  workerDied(worker: number): readonly HoldEffect[] {
    return [...this.#byDial.values()]
      .filter(({ dial }) => dial.worker === worker)
      .flatMap((entry) => this.#step(entry, { type: "worker-died" }));
  }

  /** Time has passed. */
  passed(now: number): readonly HoldEffect[] {
    return this.#deadlines.take(now).flatMap((entry) => this.#step(entry, { type: "clock", now }));
  }

  /** When {@link passed} has something to do. */
  get dueAt(): number | undefined {
    return this.#deadlines.next;
  }

  /** How many dials have not been answered to their application. */
  get dials(): number {
    return this.#byKey.size - this.#letGo.size;
  }

  #begin(key: string, syn: SeenSyn, now: number): readonly HoldEffect[] {
    const { local, remote, uid, sequence, packetId } = syn;
    const verdict = (verdict: Verdict) => [{ type: "verdict", packetId, verdict }] as const;
    // A worker could not tell which link is meant.
    const treatment = isLinkLocal(remote.address) ? undefined : this.#choices.decide(syn);
    if (treatment === undefined) return verdict(inTheClear);
    const dial = this.#hasRoom(uid) ? this.#newDial() : undefined;
    if (dial === undefined) {
      return verdict(treatment.mode === "opportunistic" ? inTheClear : "drop");
    }
    const entry: Entry = { key, sequence, uid, dial, held: hold(packetId, now) };
    this.#byKey.set(key, entry);
    this.#byDial.set(dialedMark(dial.worker, dial.id), entry);
    this.#dialsOf.set(uid, (this.#dialsOf.get(uid) ?? 0) + 1);
    this.#deadlines.set(entry, dueAt(entry.held));
    return [{ type: "dial", ...dial, local, remote, treatment }];
  }

  #hasRoom(uid: number | undefined): boolean {
    const { dials, dialsPerUser } = this.#limits;
    return this.dials < dials && (this.#dialsOf.get(uid) ?? 0) < dialsPerUser;
  }

  /** The next number that is not in use at a worker: there are far more of them than dials. */
  #newDial(): Dial | undefined {
    const worker = this.#choices.chooseWorker();
    if (worker === undefined) return undefined;
    let id = this.#lastIds.get(worker) ?? 0;
    do id = (id + 1) % maxDials;
    while (this.#byDial.has(dialedMark(worker, id)));
    this.#lastIds.set(worker, id);
    return { worker, id };
  }

  #step(entry: Entry, event: HeldEvent): readonly HoldEffect[] {
    const before = entry.held.state;
    const { next, effects } = stepHeldSyn(entry.held, event);
    entry.held = next;
    this.#deadlines.set(entry, dueAt(next));
    const isAnswered = next.state === "over" || next.state === "let-go";
    if (isAnswered && before !== "let-go") this.#answered(entry);
    if (next.state === "over") this.#forget(entry);
    else if (next.state === "let-go") this.#remember(entry);
    return effects.map((effect) => inTheWorld(effect, entry.dial));
  }

  #answered({ uid }: Entry): void {
    const left = (this.#dialsOf.get(uid) ?? 0) - 1;
    if (left > 0) this.#dialsOf.set(uid, left);
    else this.#dialsOf.delete(uid);
  }

  #remember(entry: Entry): void {
    this.#letGo.add(entry);
    const [oldest] = this.#letGo;
    if (this.#letGo.size > this.#limits.letGo && oldest !== undefined) this.#forget(oldest);
  }

  #forget(entry: Entry): void {
    this.#letGo.delete(entry);
    this.#deadlines.set(entry, undefined);
    this.#byKey.delete(entry.key);
    this.#byDial.delete(dialedMark(entry.dial.worker, entry.dial.id));
  }
}

function keyOf({ local, remote }: Syn): string {
  return `${local.address} ${local.port} ${remote.address} ${remote.port}`;
}

function inTheWorld(effect: HeldEffect, dial: Dial): HoldEffect {
  if (effect.type === "abandon") return { type: "abandon", ...dial };
  const { packetId } = effect;
  return { type: "verdict", packetId, verdict: verdictOf(effect.type, dial) };
}

function verdictOf(type: Exclude<HeldEffect["type"], "abandon">, dial: Dial): Verdict {
  switch (type) {
    case "let-go":
      return { mark: dialedMark(dial.worker, dial.id) };
    case "refuse":
      return { mark: refuseMark };
    case "unreachable":
      return { mark: unreachableMark };
    case "drop":
      return "drop";
  }
}
