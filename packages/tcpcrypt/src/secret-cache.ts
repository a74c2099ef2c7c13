import type { ResumableSecret } from "./resumption.ts";
import type { Tep } from "./tep.ts";

/** How much a {@link SecretCache} keeps, and for how long. */
export interface SecretCacheLimits {
  /** Secrets in all; the oldest make room. */
  readonly secrets: number;
  /** Secrets under one key, for connections at the same time; the oldest make room. */
  readonly secretsPerKey: number;
  readonly maxAgeMilliseconds: number;
}

export const defaultSecretCacheLimits: SecretCacheLimits = {
  secrets: 4096,
  secretsPerKey: 16,
  maxAgeMilliseconds: 60 * 60 * 1000,
};

interface Entry {
  readonly key: string | undefined;
  readonly since: number;
}

/**
 * Session secrets for later connections. An active opener finds them by a key that the program
 * chooses (who the peer is), a passive one by the half of the identifier that the peer sends.
 * Whichever comes first takes a secret out, so that each serves one connection in either role;
 * what leaves the cache in any other way is wiped. Times are milliseconds from any fixed point.
 *
 * @see RFC 8548 §3.5
 */
export class SecretCache {
  readonly #limits: SecretCacheLimits;
  /** In the order of their age, the oldest first. */
  readonly #entries = new Map<ResumableSecret, Entry>();
  readonly #byKey = new Map<string, Set<ResumableSecret>>();
  readonly #byHalf = new Map<string, ResumableSecret>();

  constructor(limits: SecretCacheLimits = defaultSecretCacheLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Keeps a secret; without a key, for passive opens only. One that is spent is not kept. */
  put(secret: ResumableSecret, key: string | undefined, now: number): void {
    this.expire(now);
    if (secret.isSpent) return;
    const half = halfKey(secret.tep, secret.expectedHalf);
    const twin = this.#byHalf.get(half);
    if (twin === secret) return;
    // Two secrets with one name could not be told apart: the later one replaces the earlier.
    if (twin !== undefined) this.forget(twin);
    this.#entries.set(secret, { key, since: now });
    this.#byHalf.set(half, secret);
    if (key !== undefined) {
      const others = this.#byKey.get(key) ?? new Set();
      this.#byKey.set(key, others.add(secret));
      this.#shrink(others, this.#limits.secretsPerKey);
    }
    this.#shrink(this.#entries, this.#limits.secrets);
  }

  /** Takes out the newest secret under `key`, to offer it. If that fails, the caller wipes it. */
  take(key: string, now: number): ResumableSecret | undefined {
    this.expire(now);
    const newest = [...(this.#byKey.get(key) ?? [])].at(-1);
    return newest === undefined ? undefined : this.#remove(newest);
  }

  /** Takes out the secret that a peer names by its half (9 bytes), to agree to resumption. */
  takeByHalf(tep: Tep, theirHalf: Uint8Array, now: number): ResumableSecret | undefined {
    this.expire(now);
    const named = this.#byHalf.get(halfKey(tep, theirHalf));
    return named === undefined ? undefined : this.#remove(named);
  }

  /** Wipes one secret, if it is still here. */
  forget(secret: ResumableSecret): void {
    if (this.#remove(secret) !== undefined) secret.wipe();
  }

  /** Wipes all secrets under `key`, or all there are. */
  flush(key?: string): void {
    const flushed = key === undefined ? this.#entries.keys() : (this.#byKey.get(key) ?? []);
    for (const secret of [...flushed]) this.forget(secret);
  }

  /** Wipes what is too old; every other call does that first. */
  expire(now: number): void {
    for (const [secret, { since }] of this.#entries) {
      if (now - since <= this.#limits.maxAgeMilliseconds) return;
      this.forget(secret);
    }
  }

  #shrink(secrets: ReadonlyMap<ResumableSecret, Entry> | ReadonlySet<ResumableSecret>, to: number) {
    for (const oldest of secrets.keys()) {
      if (secrets.size <= to) return;
      this.forget(oldest);
    }
  }

  #remove(secret: ResumableSecret): ResumableSecret | undefined {
    const entry = this.#entries.get(secret);
    if (entry === undefined) return undefined;
    this.#entries.delete(secret);
    this.#byHalf.delete(halfKey(secret.tep, secret.expectedHalf));
    if (entry.key !== undefined) {
      const others = this.#byKey.get(entry.key);
      others?.delete(secret);
      if (others?.size === 0) this.#byKey.delete(entry.key);
    }
    return secret;
  }
}

function halfKey(tep: Tep, half: Uint8Array): string {
  return `${tep} ${Buffer.from(half).toString("latin1")}`;
}
