import type { ConnectionReport, Endpoint } from "../worker/messages.ts";
import type { Owners } from "./owners.ts";
import type { Peer } from "./peer.ts";

type Ends = { readonly local: Endpoint; readonly remote: Endpoint };

/** Whether a peer may hear of a connection: its own ones, or all. */
export function maySee(peer: Peer, owners: Pick<Owners, "ownerOf">, { local, remote }: Ends) {
  return peer.seesAll || owners.ownerOf(local, remote) === peer.uid;
}

/** Those of many connections that a peer may hear of; others get their turn in between. */
export async function visibleTo(
  peer: Peer,
  owners: Pick<Owners, "ownerOf">,
  connections: readonly ConnectionReport[],
): Promise<readonly ConnectionReport[]> {
  if (peer.seesAll) return connections;
  const visible: ConnectionReport[] = [];
  for (const [index, connection] of connections.entries()) {
    if (index % looksPerTurn === looksPerTurn - 1) await new Promise(setImmediate);
    if (maySee(peer, owners, connection)) visible.push(connection);
  }
  return visible;
}

const looksPerTurn = 32;

/** Picks the events that one watcher may hear of. */
export class VisibleEvents {
  readonly #peer: Peer;
  readonly #owners: Pick<Owners, "ownerOf">;
  /** The watcher's own; at its end a connection has no owner any more whom one could ask for. */
  readonly #own = new Set<string>();

  constructor(peer: Peer, owners: Pick<Owners, "ownerOf">) {
    this.#peer = peer;
    this.#owners = owners;
  }

  /** Connections that were there before the first event. */
  async begin(connections: readonly ConnectionReport[]): Promise<void> {
    if (this.#peer.seesAll) return;
    for (const one of await visibleTo(this.#peer, this.#owners, connections)) {
      this.#own.add(nameOf(one));
    }
  }

  isVisible(event: "opened" | "closed", connection: ConnectionReport): boolean {
    if (this.#peer.seesAll) return true;
    if (event === "closed") return this.#own.delete(nameOf(connection));
    const isOwn = maySee(this.#peer, this.#owners, connection);
    if (isOwn) this.#own.add(nameOf(connection));
    return isOwn;
  }
}

function nameOf({ local, remote }: Ends): string {
  return `${local.address} ${local.port} ${remote.address} ${remote.port}`;
}
