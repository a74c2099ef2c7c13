import type { Aead } from "./aead.ts";
import { wipe } from "./crypto.ts";
import { halfLength } from "./eno/proposal.ts";
import type { OfferedResumption, Role } from "./eno/terms.ts";
import { resumptionIdentifier } from "./key-schedule.ts";
import type { Tep } from "./tep.ts";

/**
 * A session secret `ss[i]` with which one more connection to the same host can be encrypted without
 * a key exchange. Only {@link ResumableSecret.spend} gives the secret itself, and only once.
 *
 * @see RFC 8548 §3.5
 */
export class ResumableSecret {
  readonly tep: Tep;
  /** The algorithm of the first session, which the resumed ones keep. */
  readonly aead: Aead;
  /** What this host was in the first session: that decides its keys for ever. */
  readonly originalRole: Role;
  /** What this host sends to name the secret: 9 bytes, no secret. */
  readonly half: Uint8Array;
  /** What the peer has to send: 9 bytes, no secret. */
  readonly expectedHalf: Uint8Array;
  #secret: Uint8Array | undefined;

  /** Takes over `secret` (32 bytes). */
  constructor(session: { tep: Tep; aead: Aead; originalRole: Role }, secret: Uint8Array) {
    this.tep = session.tep;
    this.aead = session.aead;
    this.originalRole = session.originalRole;
    const identifier = resumptionIdentifier(secret);
    const [first, second] = [identifier.subarray(0, halfLength), identifier.subarray(halfLength)];
    this.half = session.originalRole === "A" ? first : second;
    this.expectedHalf = session.originalRole === "A" ? second : first;
    this.#secret = secret;
  }

  /** Whether the secret is gone: used, or wiped. */
  get isSpent(): boolean {
    return this.#secret === undefined;
  }

  /** What `settle` has to be told, so that it accepts the peer's half and no other. */
  get offered(): OfferedResumption {
    return { tep: this.tep, expectedHalf: this.expectedHalf };
  }

  /**
   * Gives the secret away; who gets it must wipe it.
   *
   * @throws {TypeError} It is spent: a secret is for one connection (RFC 8548 §3.5).
   */
  spend(): Uint8Array {
    const secret = this.#secret;
    if (secret === undefined) throw new TypeError("the session secret has been used");
    this.#secret = undefined;
    return secret;
  }

  wipe(): void {
    if (this.#secret !== undefined) wipe(this.#secret);
    this.#secret = undefined;
  }
}

/**
 * `sn[i]`: the nonces of both hosts, that of the host that was A in the first session first,
 * whatever it is in this one.
 *
 * @see RFC 8548 §3.5
 */
export function sessionNonce(
  originalRole: Role,
  role: Role,
  { nonceA, nonceB }: { readonly nonceA: Uint8Array; readonly nonceB: Uint8Array },
): Uint8Array {
  return originalRole === role
    ? Uint8Array.of(...nonceA, ...nonceB)
    : Uint8Array.of(...nonceB, ...nonceA);
}
