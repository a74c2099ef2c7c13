import { type ResumableSecret, SecretCache, type Tep } from "@countersign/tcpcrypt";
import type { EnoSockets } from "../kernel/kernel.ts";
import type { TcpcryptSettings } from "../settings/settings.ts";
import type { Endpoint } from "./messages.ts";
import type { Sleeper, WakeUps } from "./wake-ups.ts";

/** A peer that the kernel has just answered finds the secret still there. */
const handshakeMilliseconds = 60_000;

/**
 * Session secrets for later connections (RFC 8548 §3.5). Those of outgoing connections are found by
 * destination; those of incoming ones by what the peer sends. The BPF program agrees to that before
 * we see the connection, so that an answer must be gone before its secret is.
 */
export class KeptSecrets implements Sleeper {
  readonly #eno: Pick<EnoSockets, "addAnswer" | "removeAnswer">;
  readonly #wakeUps: WakeUps;
  readonly #now: () => number;
  readonly #milliseconds: number;
  readonly #cache: SecretCache;
  /** Secrets that the BPF program answers to, on which port and since when, the oldest first. */
  readonly #answered = new Map<ResumableSecret, { port: number; since: number }>();
  /** Secrets whose answers were withdrawn for their age, and how long they are kept, the oldest first. */
  readonly #withdrawn = new Map<ResumableSecret, number>();

  constructor(
    { secrets, seconds }: TcpcryptSettings["resumption"],
    eno: Pick<EnoSockets, "addAnswer" | "removeAnswer">,
    wakeUps: WakeUps,
    now: () => number,
  ) {
    this.#eno = eno;
    this.#wakeUps = wakeUps;
    this.#now = now;
    this.#milliseconds = seconds * 1000;
    this.#cache = new SecretCache({
      secrets,
      secretsPerKey: Math.min(secrets, 64),
      maxAgeMilliseconds: this.#milliseconds + handshakeMilliseconds,
    });
  }

  get size(): number {
    return this.#cache.size;
  }

  /** A secret to offer to `remote`; it is the caller's now. */
  takeFor(remote: Endpoint): ResumableSecret | undefined {
    return this.#cache.take(keyOf(remote), this.#now());
  }

  /** The secret that the peer named and the BPF program agreed to; it is the caller's now. */
  takeNamed(tep: Tep, theirHalf: Uint8Array): ResumableSecret | undefined {
    const secret = this.#cache.takeByHalf(tep, theirHalf, this.#now());
    if (secret !== undefined) this.#release(secret);
    return secret;
  }

  /** Keeps the secret of a connection that this machine opened to `remote`. */
  keepFor(remote: Endpoint, secret: ResumableSecret): void {
    this.#cache.put(secret, keyOf(remote), this.#now());
    this.#withdrawGone();
  }

  /** Keeps the secret of a connection that came in at our local `port`, until the peer names it. */
  keepNamed(secret: ResumableSecret, port: number): void {
    const now = this.#now();
    this.#cache.put(secret, undefined, now);
    this.#eno.addAnswer(secret.tep, secret.expectedHalf, secret.half, port);
    this.#answered.set(secret, { port, since: now });
    this.#withdrawGone();
    if (this.#answered.size === 1) this.#sleep();
  }

  /** Forgets what is kept for connections to `remote`. */
  flushFor(remote: Endpoint): void {
    this.#cache.flush(keyOf(remote));
  }

  /** Forgets one secret, if it is still kept. */
  forget(secret: ResumableSecret): void {
    this.#release(secret);
    this.#cache.forget(secret);
  }

  wake(now: number): void {
    for (const [secret, { since }] of this.#answered) {
      if (since + this.#milliseconds > now) break;
      this.#release(secret);
      this.#withdrawn.set(secret, since + this.#milliseconds + handshakeMilliseconds);
    }
    for (const [secret, until] of this.#withdrawn) {
      if (until > now) break;
      this.forget(secret);
    }
    this.#sleep();
  }

  #sleep(): void {
    const [oldest] = this.#answered.values();
    const [until = Number.POSITIVE_INFINITY] = this.#withdrawn.values();
    const at = Math.min(until, (oldest?.since ?? until) + this.#milliseconds);
    if (at < Number.POSITIVE_INFINITY) this.#wakeUps.at(at, this);
  }

  /** The cache makes room by wiping the oldest; their answers go too. */
  #withdrawGone(): void {
    for (const secret of this.#answered.keys()) {
      if (!secret.isSpent) break;
      this.#release(secret);
    }
    for (const secret of this.#withdrawn.keys()) {
      if (!secret.isSpent) return;
      this.#release(secret);
    }
  }

  /** Nothing here is about `secret` any more, and the BPF program answers to it no longer. */
  #release(secret: ResumableSecret): void {
    this.#withdrawn.delete(secret);
    const answered = this.#answered.get(secret);
    if (answered === undefined) return;
    this.#answered.delete(secret);
    this.#eno.removeAnswer(secret.tep, secret.expectedHalf, answered.port);
  }
}

function keyOf({ address, port }: Endpoint): string {
  return `${address} ${port}`;
}
