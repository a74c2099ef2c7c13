import {
  type EpochSeconds,
  exportPublicJwk,
  type SigningKey,
  type VerifiedTicket,
  verificationKeyOf,
} from "@countersign/ticket";
import { signJwt } from "../crypto.ts";
import { PolicyError } from "../policy/policy-error.ts";

type Jwk = NonNullable<ReturnType<typeof exportPublicJwk>>;

/** Tells an application who its visitor is in a way that it can check: a JWT (RFC 7519). */
export interface AssertionSigner {
  /** The header that carries it. */
  readonly header: string;
  /** For how many seconds one is good. */
  readonly lifetimeSeconds: number;
  /** `audience` is the site's origin. One that is fresh enough is given again. */
  assert(ticket: VerifiedTicket, audience: string, now: EpochSeconds): string;
  /** What applications verify with (RFC 7517 §5). */
  readonly jwks: { readonly keys: readonly Jwk[] };
}

/** What assertions are made with. */
export interface AssertionOptions {
  /** Ed25519 or ECDSA P-256, and not the key that signs tickets. */
  readonly key: SigningKey;
  /** `iss`: who says so. */
  readonly issuer: string;
  /** `X-Countersign-Assertion` unless given. */
  readonly header?: string | undefined;
  /** 60 unless given. */
  readonly lifetimeSeconds?: number | undefined;
}

/** @throws {PolicyError} `bad-assertion-key`. */
export function createAssertionSigner(options: AssertionOptions): AssertionSigner {
  const { key, issuer, header = "X-Countersign-Assertion", lifetimeSeconds = 60 } = options;
  const publicJwk = exportPublicJwk(verificationKeyOf(key));
  const alg = key.algorithm === "ed25519" ? "EdDSA" : "ES256";
  if (publicJwk === undefined || !/^(?:ed25519|ecdsa-p256)$/.test(key.algorithm)) {
    throw new PolicyError("bad-assertion-key");
  }
  // Verified tickets are kept by their verifier, which decides how many there are.
  const fresh = new WeakMap<VerifiedTicket, Map<string, { text: string; until: EpochSeconds }>>();

  return {
    header,
    lifetimeSeconds,
    jwks: { keys: [{ ...publicJwk, alg, kid: key.id, use: "sig" }] },
    assert(ticket, audience, now) {
      const known = fresh.get(ticket)?.get(audience);
      if (known !== undefined && now < known.until) return known.text;
      const exp = Math.min(now + lifetimeSeconds, ticket.validUntil);
      const claims = { ...claimsOf(ticket), iss: issuer, aud: audience, iat: now, exp };
      const text = signJwt(key, { alg, typ: "JWT", kid: key.id }, claims);
      // Given out for half its time, so that whoever gets it has the other half to look at it.
      const until = now + Math.floor((exp - now) / 2);
      fresh.set(ticket, (fresh.get(ticket) ?? new Map()).set(audience, { text, until }));
      return text;
    },
  };
}

function claimsOf({ uid, tokens, userData, multifactor, signInId }: VerifiedTicket) {
  return { sub: uid, tokens, data: userData, multifactor, sid: signInId };
}
