import type { ConnectionReport, Endpoint, PlainReason } from "./messages.ts";
import type { Relay } from "./relay.ts";
import type { EncryptedRelay } from "./relay-encrypted.ts";

/** What carries a connection's bytes; nothing yet while it is being opened. */
export type Carrier =
  | { readonly kind: "opening" }
  | { readonly kind: "plain"; readonly relay: Relay; readonly reason: PlainReason }
  | {
      readonly kind: "encrypted";
      readonly relay: EncryptedRelay;
      /** Forgets what is kept to resume the session. */
      flush(): void;
    };

/** A connection in the table. */
export interface Entry {
  readonly direction: "outgoing" | "incoming";
  /** As the application on this machine sees its connection. */
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Seconds since 1970. */
  readonly openedAt: number;
  readonly carrier: Carrier;
}

interface Row extends Entry {
  remote: Endpoint;
  carrier: Carrier;
  /** Whether the application has this connection, and with it nobody else these ends. */
  isReached: boolean;
  /** Who asked while it was being opened. */
  waiting: (() => void)[] | undefined;
}

const opening: Carrier = { kind: "opening" };

/** How many connections may be in the table. */
export interface TableLimits {
  readonly connections: number;
  /** Of these, so many are not for incoming ones: strangers shall not keep this machine from opening its own. */
  readonly keptForOutgoing: number;
}

/**
 * All connections of a worker, by the 4-tuple of the application's own socket. Whoever asks about
 * one that is still being opened gets the answer when it stands: an application's connect() returns
 * before the key exchange is over.
 */
export class ConnectionTable {
  /** Several with the same ends: those of earlier connections that close, or one that is yet to move. */
  readonly #rows = new Map<string, readonly Row[]>();
  readonly #all = new Set<Row>();
  readonly #limits: TableLimits;
  #incoming = 0;
  readonly #seconds: () => number;
  readonly #changed: (type: "opened" | "closed", entry: Entry) => void;
  readonly #open = { encrypted: 0, plain: 0, opening: 0 };
  readonly #opened = { encrypted: 0, plain: 0, resumed: 0 };

  /** `changed` hears of each connection that stands, and of its end. */
  constructor(
    limits: TableLimits,
    seconds: () => number,
    changed: (type: "opened" | "closed", entry: Entry) => void,
  ) {
    this.#limits = limits;
    this.#seconds = seconds;
    this.#changed = changed;
  }

  get isFull(): boolean {
    return this.#all.size >= this.#limits.connections;
  }

  get isFullForIncoming(): boolean {
    const { connections, keptForOutgoing } = this.#limits;
    return this.isFull || this.#incoming >= connections - keptForOutgoing;
  }

  get size(): number {
    return this.#all.size;
  }

  get open(): { readonly encrypted: number; readonly plain: number; readonly opening: number } {
    return { ...this.#open };
  }

  /** All that ever stood. */
  get opened(): { readonly encrypted: number; readonly plain: number; readonly resumed: number } {
    return { ...this.#opened };
  }

  /**
   * A connection that is being opened. An incoming one has no ends that could be asked about before
   * {@link seenAs}: until then, `remote` may be another connection's at the application.
   */
  add(direction: Entry["direction"], local: Endpoint, remote: Endpoint): Entry {
    const openedAt = this.#seconds();
    const isReached = direction === "outgoing";
    const common = { direction, local, remote, openedAt };
    const row: Row = { ...common, carrier: opening, isReached, waiting: undefined };
    this.#all.add(row);
    this.#open.opening += 1;
    if (direction === "outgoing") this.#link(row);
    else this.#incoming += 1;
    return row;
  }

  /** The client's ends that the application will see if it is reached with them; may be told again. */
  seenAs(entry: Entry, remote: Endpoint): void {
    const row = rowOf(entry);
    if (!this.#all.has(row)) return;
    const isNews = row.remote !== remote && row.carrier.kind !== "opening";
    if (isNews) this.#changed("closed", row);
    this.#unlink(row);
    row.remote = remote;
    this.#link(row);
    if (isNews) this.#changed("opened", row);
    // Who asked about the ends that it had meant another connection.
    settle(row);
  }

  /** The application has the connection, with the ends that were told last. */
  reached(entry: Entry): void {
    const row = rowOf(entry);
    row.isReached = true;
    if (isDecided(row)) settle(row);
  }

  /** The connection stands. */
  carry(entry: Entry, carrier: Exclude<Carrier, { kind: "opening" }>): void {
    const row = rowOf(entry);
    this.#open[row.carrier.kind] -= 1;
    row.carrier = carrier;
    this.#open[carrier.kind] += 1;
    this.#opened[carrier.kind] += 1;
    if (carrier.kind === "encrypted" && carrier.relay.isResumed) this.#opened.resumed += 1;
    this.#changed("opened", row);
    if (isDecided(row)) settle(row);
  }

  /** The connection is over, or never came to stand. */
  remove(entry: Entry): void {
    const row = rowOf(entry);
    if (!this.#all.delete(row)) return;
    if (row.direction === "incoming") this.#incoming -= 1;
    this.#unlink(row);
    this.#open[row.carrier.kind] -= 1;
    if (row.carrier.kind !== "opening") this.#changed("closed", row);
    settle(row);
  }

  /**
   * Calls `done` with the connection that stands between these ends, or with nothing. Where more than
   * one could be meant, it is nothing.
   */
  find(local: Endpoint, remote: Endpoint, done: (entry: Entry | undefined) => void): void {
    const key = keyOf(local, remote);
    const rows = this.#rows.get(key) ?? [];
    const undecided = rows.find((row) => !isDecided(row));
    if (undecided === undefined) {
      done(onlyOf(rows));
      return;
    }
    undecided.waiting ??= [];
    undecided.waiting.push(() => {
      // One that came later is not what was asked about, and could be another user's.
      const left = this.#rows.get(key) ?? [];
      const only = onlyOf(left);
      done(only !== undefined && rows.includes(only) ? only : undefined);
    });
  }

  /** Also those that are being opened. */
  [Symbol.iterator](): Iterator<Entry> {
    return this.#all.values();
  }

  #link(row: Row): void {
    const key = keyOf(row.local, row.remote);
    this.#rows.set(key, [...(this.#rows.get(key) ?? []), row]);
  }

  #unlink(row: Row): void {
    const key = keyOf(row.local, row.remote);
    const others = (this.#rows.get(key) ?? []).filter((each) => each !== row);
    if (others.length > 0) this.#rows.set(key, others);
    else this.#rows.delete(key);
  }
}

/** What the control socket shows of a connection that stands. */
export function reportOf(entry: Entry): ConnectionReport | undefined {
  const { direction, local, remote, openedAt, carrier } = entry;
  if (carrier.kind === "opening") return undefined;
  const common = { direction, local, remote, openedAt, bytes: carrier.relay.bytes };
  if (carrier.kind === "plain") return { ...common, encrypted: false, reason: carrier.reason };
  return { ...common, encrypted: true, ...carrier.relay.session };
}

function keyOf(local: Endpoint, remote: Endpoint): string {
  return `${local.address} ${local.port} ${remote.address} ${remote.port}`;
}

/** Entries are rows that others only read. */
function rowOf(entry: Entry): Row {
  return entry as Row;
}

/** Whether it can be told what this connection is, and that it has its ends. */
function isDecided({ carrier, isReached }: Row): boolean {
  return isReached && carrier.kind !== "opening";
}

/** The one of several with the same ends that the application still has. */
function onlyOf(rows: readonly Row[]): Row | undefined {
  const left = rows.length > 1 ? rows.filter(mayStay) : rows;
  const only = left.length === 1 ? left[0] : undefined;
  return only !== undefined && isDecided(only) ? only : undefined;
}

function mayStay({ carrier }: Row): boolean {
  return carrier.kind === "opening" || carrier.relay.applicationStays;
}

function settle(row: Row): void {
  const { waiting } = row;
  row.waiting = undefined;
  // Who asks may send: what led here has effects that are still to be carried out.
  for (const each of waiting ?? []) queueMicrotask(each);
}
