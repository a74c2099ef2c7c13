/** What has arrived of a message that is not complete yet. */
export interface Unread {
  /** Only the first `length` bytes count; the rest is room for more. */
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** Nothing has arrived; an idle connection keeps this and no memory of its own. */
export const nothingUnread: Unread = { bytes: new Uint8Array(0), length: 0 };

/** The length of the message at the front, `undefined` while unknown, or why there cannot be one. */
export type Measure<Refusal extends string> = (head: Uint8Array) => number | undefined | Refusal;

/** What came of bytes that arrived. */
export type Taken<Refusal extends string> =
  /** One message, and the bytes behind it. Views of the bytes that arrived, if it was among them. */
  | { readonly message: Uint8Array; readonly rest: Uint8Array }
  | { readonly unread: Unread }
  | { readonly refusal: Refusal };

/** Every message is at least so long, and this much of it tells its length. */
const headLength = 8;

/**
 * Takes the first message off what is unread and what arrived. A message that lies whole in
 * `arrived` is not copied; of any other each byte is copied into one buffer, so that `arrived` can
 * be used again. That buffer has at most 16 times the bytes that arrived, so that a header alone
 * cannot reserve memory.
 *
 * The room in `unread` is written to: use each once.
 */
export function takeMessage<Refusal extends string>(
  unread: Unread,
  arrived: Uint8Array,
  measure: Measure<Refusal>,
): Taken<Refusal> {
  if (unread.length === 0) {
    const length = measure(arrived);
    if (typeof length === "string") return { refusal: length };
    if (length !== undefined && length <= arrived.length) {
      return { message: arrived.subarray(0, length), rest: arrived.subarray(length) };
    }
  }
  return gather(unread, arrived, measure);
}

function gather<Refusal extends string>(
  unread: Unread,
  arrived: Uint8Array,
  measure: Measure<Refusal>,
): Taken<Refusal> {
  let gathered = unread;
  let rest = arrived;
  while (true) {
    const head = gathered.bytes.subarray(0, gathered.length);
    const length = measure(head);
    if (typeof length === "string") return { refusal: length };
    if (length === gathered.length) return { message: head, rest };
    if (rest.length === 0) return { unread: gathered };
    const wanted = length ?? headLength;
    const piece = rest.subarray(0, wanted - gathered.length);
    gathered = append(gathered, piece, wanted);
    rest = rest.subarray(piece.length);
  }
}

function append(unread: Unread, piece: Uint8Array, wanted: number): Unread {
  const length = unread.length + piece.length;
  let { bytes } = unread;
  if (bytes.length < length) {
    // Not from the shared pool, which one waiting byte would keep alive.
    bytes = Buffer.allocUnsafeSlow(Math.min(wanted, length * 16));
    bytes.set(unread.bytes.subarray(0, unread.length));
  }
  bytes.set(piece, unread.length);
  return { bytes, length };
}
