import type { Endpoint } from "./messages.ts";
import type { RelayEnd } from "./relay.ts";

/** Ends that say nothing about the peer. */
const ours: ReadonlySet<RelayEnd> = new Set<RelayEnd>([
  "orderly",
  "application-reset",
  "application-unreachable",
  "reset-by-us",
  "mistake",
  "early-application-data",
  "late-application-data",
]);

/** Ends that a busy or restarting host brings about as well as one that does not know tcpcrypt. */
const ambiguous: ReadonlySet<RelayEnd> = new Set<RelayEnd>([
  "network-reset",
  "end-in-key-exchange",
]);

const patience = 3;
const maxRemembered = 1024;

/**
 * Which destinations agree to tcpcrypt and then do not do it. What a peer says, or leaves unsaid,
 * counts at once; that a connection ended does when it happens several times in a row.
 */
export class BrokenPeers {
  /** How many in a row, the latest last. */
  readonly #failures = new Map<string, number>();

  /** The key exchange with `remote` ended in this way; whether it counts as broken now. */
  failed(remote: Endpoint, end: RelayEnd): boolean {
    if (ours.has(end)) return false;
    const key = keyOf(remote);
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.delete(key);
    if (!ambiguous.has(end) || failures >= patience) return true;
    this.#failures.set(key, failures);
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > maxRemembered && oldest !== undefined) this.#failures.delete(oldest);
    return false;
  }

  succeeded(remote: Endpoint): void {
    this.#failures.delete(keyOf(remote));
  }
}

function keyOf({ address, port }: Endpoint): string {
  return `${address} ${port}`;
}
