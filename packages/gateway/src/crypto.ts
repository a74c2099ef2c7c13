import { createHmac, sign, timingSafeEqual } from "node:crypto";
import type { SigningKey } from "@countersign/ticket";

/**
 * A signed JWT in its compact form (RFC 7519 §3), by the algorithms of RFC 7518 §3.4 and
 * RFC 8037 §3.1.
 */
export function signJwt(key: SigningKey, header: object, claims: object): string {
  const signed = `${jsonPart(header)}.${jsonPart(claims)}`;
  const digest = key.algorithm === "ecdsa-p256" ? "sha256" : null;
  const input = { key: key.privateKey, dsaEncoding: "ieee-p1363" as const };
  return `${signed}.${sign(digest, Buffer.from(signed), input).toString("base64url")}`;
}

function jsonPart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** 128 bits, as 22 characters, that only who knows `key` can make for `text`. */
export function seal(key: Uint8Array, text: string): string {
  return createHmac("sha256", key).update(text).digest().subarray(0, 16).toString("base64url");
}

/** Whether {@link seal} made `sealed` for `text`. */
export function isSealed(key: Uint8Array, text: string, sealed: string): boolean {
  const expected = Buffer.from(seal(key, text));
  const given = Buffer.from(sealed);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
