import { decodeBase64, encodeBase64 } from "./base64.ts";
import { decryptBlocks, encryptBlocks } from "./crypto.ts";
import { TicketError } from "./ticket-error.ts";

const blockLength = 16;

/**
 * Writes `bauth` so that only who knows `key` can read the password (TKTAuthPassthruBasicKey).
 *
 * ```text
 * Base64( IV (16 bytes) | AES-128-CBC( user:password, zero-padded ) )
 * ```
 *
 * It has no integrity of its own; the ticket's signature gives it.
 *
 * @param iv 16 fresh random bytes.
 * @throws {TicketError} `bad-basic-auth` when `credentials` is not `user:password`.
 */
export function encryptBasicAuth(credentials: string, key: string, iv: Uint8Array): string {
  if (!isCredentials(credentials)) throw new TicketError("bad-basic-auth");
  const bytes = new TextEncoder().encode(credentials);
  const blocks = new Uint8Array(Math.ceil(bytes.length / blockLength) * blockLength);
  blocks.set(bytes);
  return encodeBase64([iv, encryptBlocks(keyBytes(key), iv, blocks)]);
}

/**
 * Reads what {@link encryptBasicAuth} wrote, as `user:password`.
 *
 * @throws {TicketError} `bad-basic-auth` for anything that does not decrypt to exactly that.
 */
export function decryptBasicAuth(value: string, key: string): string {
  const bytes = decodeBase64(value) ?? refuse();
  if (bytes.length < 2 * blockLength || bytes.length % blockLength !== 0) refuse();
  const blocks = decryptBlocks(
    keyBytes(key),
    bytes.subarray(0, blockLength),
    bytes.subarray(blockLength),
  );
  let end = blocks.length;
  while (end > 0 && blocks[end - 1] === 0) end--;
  // A whole block of padding is never written: this was made with another key.
  if (blocks.length - end >= blockLength) refuse();
  return credentialsOf(blocks.subarray(0, end));
}

/**
 * Reads a plain `bauth`, as `user:password`.
 *
 * @throws {TicketError} `bad-basic-auth`.
 */
export function decodeBasicAuth(value: string): string {
  return credentialsOf(decodeBase64(value) ?? refuse());
}

/**
 * A plain `bauth` as it is, to follow `Basic ` in an `Authorization` header: `user:password` in the
 * characters of whoever wrote it, which RFC 7617 §2 leaves open.
 *
 * @throws {TicketError} `bad-basic-auth`.
 */
export function checkBasicAuth(value: string): string {
  const bytes = decodeBase64(value) ?? refuse();
  const isControl = (byte: number) => byte < 0x20 || byte === 0x7f;
  if (bytes.indexOf(colon) <= 0 || bytes.some(isControl)) refuse();
  return value;
}

const colon = 0x3a;

/**
 * Writes a plain `bauth`.
 *
 * @throws {TicketError} `bad-basic-auth` when `credentials` is not `user:password`.
 */
export function encodeBasicAuth(credentials: string): string {
  if (!isCredentials(credentials)) throw new TicketError("bad-basic-auth");
  return encodeBase64([new TextEncoder().encode(credentials)]);
}

function credentialsOf(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (isCredentials(text)) return text;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  return refuse();
}

/** RFC 7617 §2: a colon ends the user name, and neither part holds control characters. */
function isCredentials(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return text.indexOf(":") > 0 && text.isWellFormed() && !/[\u0000-\u001f\u007f]/.test(text);
}

function keyBytes(key: string): Uint8Array {
  const bytes = new TextEncoder().encode(key);
  if (bytes.length !== blockLength) throw new RangeError("a pass-through key has exactly 16 bytes");
  return bytes;
}

function refuse(): never {
  throw new TicketError("bad-basic-auth");
}
