import type { Aead } from "./aead.ts";
import { hmac, keyLengths, nonceLength, roomForSecret, wipe } from "./crypto.ts";

/** K_LEN of every TEP, in bytes: session secrets and master keys (RFC 8548 §5). */
const secretLength = 32;
/** A resumption identifier, of which each host sends one half (RFC 8548 §3.5). */
const identifierLength = 18;

/** The constants CONST_… of RFC 8548 §4.3. */
const constant = { NEXTK: 1, SESSID: 2, REKEY: 3, KEY_A: 4, KEY_B: 5, RESUME: 6 } as const;

/** k_ab encrypts what the host that was A in the first session sends, k_ba what the other sends. */
export type KeyLabel = "ab" | "ba";

const noNonce = new Uint8Array(0);

/** What goes into the first session secret besides both hosts' keys. */
export interface KeyExchangeRecord {
  /** N_A: 32 bytes. */
  readonly nonceA: Uint8Array;
  /** Both SYN-form options (RFC 8547 §4.8). */
  readonly transcript: Uint8Array;
  /** As transmitted, ignored bytes included. */
  readonly init1: Uint8Array;
  /** As transmitted, ignored bytes included. */
  readonly init2: Uint8Array;
}

/** PRK, which is also `ss[0]`. @see RFC 8548 §3.3 */
export function firstSecret(record: KeyExchangeRecord, ephemeralSecret: Uint8Array): Uint8Array {
  const { nonceA, transcript, init1, init2 } = record;
  return hmac(nonceA, transcript, init1, init2, ephemeralSecret);
}

/** `ss[i+1]` of `ss[i]`. @see RFC 8548 §3.3 */
export function nextSecret(secret: Uint8Array): Uint8Array {
  return cprf(secret, constant.NEXTK, noNonce, secretLength);
}

/**
 * The session ID: 33 bytes. `tepByte` is the negotiated TEP as host B sent it, v bit included;
 * `sessionNonce` is `sn[i]`, empty in the first session.
 *
 * @see RFC 8548 §3.4
 */
export function sessionIdOf(
  tepByte: number,
  secret: Uint8Array,
  sessionNonce: Uint8Array,
): Uint8Array {
  const id = new Uint8Array(1 + secretLength);
  id[0] = tepByte;
  id.set(cprf(secret, constant.SESSID, sessionNonce, secretLength), 1);
  return id;
}

/** `mk[0]` of a session. @see RFC 8548 §3.3 */
export function firstMasterKey(secret: Uint8Array, sessionNonce: Uint8Array): Uint8Array {
  return cprf(secret, constant.REKEY, sessionNonce, secretLength);
}

/** `mk[j+1]` of `mk[j]`. @see RFC 8548 §3.3 */
export function nextMasterKey(masterKey: Uint8Array): Uint8Array {
  return cprf(masterKey, constant.REKEY, noNonce, secretLength);
}

/** A traffic key: the AEAD key, then the nonce randomizer. @see RFC 8548 §3.3 and §3.6 */
export function trafficKey(masterKey: Uint8Array, label: KeyLabel, aead: Aead): Uint8Array {
  const which = label === "ab" ? constant.KEY_A : constant.KEY_B;
  return cprf(masterKey, which, noNonce, keyLengths[aead] + nonceLength);
}

/** `resume[i]` of `ss[i]`: 18 bytes. It is sent in the clear. @see RFC 8548 §3.5 */
export function resumptionIdentifier(secret: Uint8Array): Uint8Array {
  return cprf(secret, constant.RESUME, noNonce, identifierLength);
}

/**
 * `CPRF(key, constant | nonce, length)`: HKDF-Expand with SHA-256, for which Node has no function
 * of its own (`hkdf` extracts first).
 *
 * @see RFC 8548 §3.1
 */
function cprf(key: Uint8Array, which: number, nonce: Uint8Array, length: number): Uint8Array {
  const output = roomForSecret(length);
  let block: Uint8Array = noNonce;
  for (let at = 0, counter = 1; at < length; counter += 1) {
    const next = hmac(key, block, Uint8Array.of(which), nonce, Uint8Array.of(counter));
    wipe(block);
    block = next;
    output.set(block.subarray(0, length - at), at);
    at += block.length;
  }
  wipe(block);
  return output;
}
