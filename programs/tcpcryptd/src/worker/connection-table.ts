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
  /** Who asked while it was being opened. */
  waiting: (() => void)[] | undefined;
}

const opening: Carrier = { kind: "opening" };

/**
 * All connections of a worker, by the 4-tuple of the application's own socket. Whoever asks about
 * one that is still being opened gets the answer when it stands: an application's connect() returns
 * before the key exchange is over.
 */
export class ConnectionTable {
  readonly #rows = new Map<string, Row>();
  readonly #all = new Set<Row>();
  readonly #limit: number;
  readonly #seconds: () => number;
  readonly #changed: (type: "opened" | "closed", entry: Entry) => void;
  readonly #open = { encrypted: 0, plain: 0, opening: 0 };
  readonly #opened = { encrypted: 0, plain: 0, resumed: 0 };

  /** `changed` hears of each connection that stands, and of its end. */
  constructor(
    limit: number,
    seconds: () => number,
    changed: (type: "opened" | "closed", entry: Entry) => void,
  ) {
    this.#limit = limit;
    this.#seconds = seconds;
    this.#changed = changed;
  }

  get isFull(): boolean {
    return this.#all.size >= this.#limit;
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

  /** A connection that is being opened. */
  add(direction: Entry["direction"], local: Endpoint, remote: Endpoint): Entry {
    const openedAt = this.#seconds();
    const row: Row = { direction, local, remote, openedAt, carrier: opening, waiting: undefined };
    this.#all.add(row);
    this.#open.opening += 1;
    // An older row with these ends is of a connection whose close is still under way.
    this.#rows.set(keyOf(local, remote), row);
    return row;
  }

  /** The application will see another port of the client than the one that {@link add} was told. */
  move(entry: Entry, remote: Endpoint): void {
    const row = rowOf(entry);
    if (row.remote === remote || !this.#all.has(row)) return;
    const stands = row.carrier.kind !== "opening";
    if (stands) this.#changed("closed", row);
    this.#unlink(row);
    row.remote = remote;
    this.#rows.set(keyOf(row.local, remote), row);
    if (stands) this.#changed("opened", row);
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
    settle(row);
  }

  /** The connection is over, or never came to stand. */
  remove(entry: Entry): void {
    const row = rowOf(entry);
    if (!this.#all.delete(row)) return;
    this.#unlink(row);
    this.#open[row.carrier.kind] -= 1;
    if (row.carrier.kind !== "opening") this.#changed("closed", row);
    settle(row);
  }

  /** Calls `done` with the connection that stands between these ends, or with nothing. */
  find(local: Endpoint, remote: Endpoint, done: (entry: Entry | undefined) => void): void {
    const row = this.#rows.get(keyOf(local, remote));
    if (row?.carrier.kind !== "opening") {
      done(row);
      return;
    }
    row.waiting ??= [];
    row.waiting.push(() => done(this.#all.has(row) ? row : undefined));
  }

  /** Also those that are being opened. */
  [Symbol.iterator](): Iterator<Entry> {
    return this.#all.values();
  }

  #unlink(row: Row): void {
    const key = keyOf(row.local, row.remote);
    if (this.#rows.get(key) === row) this.#rows.delete(key);
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

function settle(row: Row): void {
  const { waiting } = row;
  row.waiting = undefined;
  // Who asks may send: what led here has effects that are still to be carried out.
  for (const each of waiting ?? []) queueMicrotask(each);
}
