import type { Aead } from "./aead.ts";
import { FrameKey, nonceLength, roomForSecret, type Wipeable, wipe } from "./crypto.ts";
import { type FrameFlags, readFrame, readPlaintext, writeFlags, writeHeader } from "./frame.ts";
import { frameNonce } from "./frame-nonce.ts";
import { type KeyLabel, nextMasterKey, trafficKey } from "./key-schedule.ts";

/**
 * The keys and the place in the stream of one direction. Each step gives the next one; one that a
 * frame was sealed with must not be used again, because that would repeat a nonce.
 */
export interface Direction {
  readonly label: KeyLabel;
  /** mk[generation]: 32 bytes. */
  readonly masterKey: Uint8Array;
  readonly key: FrameKey;
  /** 12 bytes. */
  readonly randomizer: Uint8Array;
  readonly generation: number;
  /** Of the next frame, in the underlying stream; rekeying does not restart it. */
  readonly offset: bigint;
  /** Bytes of the frames under the keys of this generation. */
  readonly keyBytes: number;
}

/** A frame as pieces in the order of the wire, and the direction after it. */
export interface Sealed {
  readonly pieces: readonly Uint8Array[];
  readonly next: Direction;
}

/** An authentic frame, and the direction after it. */
export interface Opened extends FrameFlags {
  readonly rekey: boolean;
  /** In memory of its own. */
  readonly data: Uint8Array;
  readonly next: Direction;
  /** Keys that nothing needs any more. */
  readonly spent: readonly Wipeable[];
}

/**
 * From here on one piece for each part of a frame; below, a copy costs less than two more pieces
 * in a system call.
 */
const separatePiecesFrom = 4096;

/**
 * The keys of generation 0 for both directions of a stream whose first frames stand at `offsets`.
 * Takes over `masterKey` (32 bytes): each direction wipes its own when it moves on.
 */
export function firstDirections(
  masterKey: Uint8Array,
  aead: Aead,
  { ours, theirs }: { readonly ours: FirstFrames; readonly theirs: FirstFrames },
): { readonly ours: Direction; readonly theirs: Direction } {
  const own = copyOf(masterKey);
  return {
    ours: { ...keysOf(own, ours.label, aead), generation: 0, offset: ours.offset },
    theirs: { ...keysOf(masterKey, theirs.label, aead), generation: 0, offset: theirs.offset },
  };
}

/** Which keys the frames of one direction have, and where they begin. */
interface FirstFrames {
  readonly label: KeyLabel;
  readonly offset: bigint;
}

/** The same place in the stream under the next keys. The old `masterKey` is then spent. */
export function rekeyed(direction: Direction): Direction {
  const { label, key, masterKey, generation, offset } = direction;
  const keys = keysOf(nextMasterKey(masterKey), label, key.aead);
  return { ...keys, generation: generation + 1, offset };
}

/**
 * Seals one frame with at most 65,518 bytes of data (65,516 with an urgent pointer), under the keys
 * of `direction`: with `rekey`, those must be new. The pieces share no memory with `data`.
 *
 * @throws {RangeError} More data than fits into a frame.
 * @see RFC 8548 §3.6
 */
export function sealFrame(
  direction: Direction,
  frame: FrameFlags & { readonly rekey: boolean; readonly data: Uint8Array },
): Sealed {
  const flags = writeFlags(frame);
  const header = writeHeader(frame.rekey, flags.length + frame.data.length);
  const nonce = frameNonce(direction.randomizer, direction.offset);
  const { prefix, text, tag } = direction.key.seal(nonce, header, flags, frame.data);
  const pieces =
    text.length < separatePiecesFrom
      ? [Buffer.concat([header, prefix, text, tag])]
      : [Buffer.concat([header, prefix]), text, tag];
  const length = header.length + prefix.length + text.length + tag.length;
  return { pieces, next: behind(direction, length) };
}

/**
 * Opens one whole frame. A frame with the rekey bit is opened with the next keys.
 *
 * @see RFC 8548 §3.6 and §3.8
 */
export function openFrame(
  direction: Direction,
  bytes: Uint8Array,
): Opened | "forged-frame" | "malformed-frame" {
  const { rekey, header, ciphertext, tag } = readFrame(bytes);
  const current = rekey ? rekeyed(direction) : direction;
  const nonce = frameNonce(current.randomizer, current.offset);
  const plaintext = current.key.open(nonce, header, ciphertext, tag);
  if (plaintext === undefined) {
    if (rekey) wipe(...keysIn(current));
    return "forged-frame";
  }
  const content = readPlaintext(plaintext);
  if (content === undefined) {
    if (rekey) wipe(...keysIn(current));
    return "malformed-frame";
  }
  const next = behind(current, bytes.length);
  return { ...content, rekey, next, spent: rekey ? keysIn(direction) : [] };
}

/** What must be wiped once a direction has been left for good, or for its next keys. */
export function keysIn({ masterKey, randomizer }: Direction): readonly Uint8Array[] {
  return [masterKey, randomizer];
}

function keysOf(masterKey: Uint8Array, label: KeyLabel, aead: Aead) {
  const bytes = trafficKey(masterKey, label, aead);
  const keyLength = bytes.length - nonceLength;
  const key = new FrameKey(aead, bytes.subarray(0, keyLength));
  const randomizer = copyOf(bytes.subarray(keyLength));
  wipe(bytes);
  return { label, masterKey, key, randomizer, keyBytes: 0 };
}

function copyOf(secret: Uint8Array): Uint8Array {
  const copy = roomForSecret(secret.length);
  copy.set(secret);
  return copy;
}

/** Behind a frame of so many bytes. */
function behind(direction: Direction, length: number): Direction {
  const { offset, keyBytes } = direction;
  return { ...direction, offset: offset + BigInt(length), keyBytes: keyBytes + length };
}
