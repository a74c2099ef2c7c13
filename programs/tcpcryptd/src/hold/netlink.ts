/**
 * Messages and attributes of netlink (netlink(7), RFC 3549) and of its netfilter part. Numbers of the
 * header are in the machine's order, which is little-endian on all that tcpcryptd runs on.
 *
 * @module
 */

/** One netlink message. */
export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly body: Uint8Array;
}

/** One attribute: its type without the kernel's flag bits, and bytes or attributes within it. */
export interface Attribute {
  readonly type: number;
  readonly value: Uint8Array | readonly Attribute[];
}

/** Flags of a message (NLM_F_…). */
export const messageFlag = {
  request: 0x001,
  acknowledge: 0x004,
  create: 0x400,
  append: 0x800,
} as const;

const headerLength = 16;
const errorType = 2;
const nestedBit = 0x8000;
/** Two bits of an attribute's type are flags: nested, and network byte order. */
const attributeTypeMask = 0x3fff;

/**
 * ```text
 * byte   0        4      6       8          12        16
 *        length   type   flags   sequence   port id   body, padded to 4
 * ```
 */
export function writeMessages(messages: readonly Message[]): Uint8Array {
  return joined(
    messages.map(({ type, flags, sequence, body }) => {
      const bytes = new Uint8Array(padded(headerLength + body.length));
      const view = new DataView(bytes.buffer);
      view.setUint32(0, headerLength + body.length, true);
      view.setUint16(4, type, true);
      view.setUint16(6, flags, true);
      view.setUint32(8, sequence, true);
      bytes.set(body, headerLength);
      return bytes;
    }),
  );
}

/** The messages of one datagram; it ends before anything that is cut short. Bodies share memory. */
export function readMessages(bytes: Uint8Array): readonly Message[] {
  const messages: Message[] = [];
  let rest = bytes;
  while (rest.length >= headerLength) {
    const view = viewOf(rest);
    const length = view.getUint32(0, true);
    if (length < headerLength || length > rest.length) break;
    messages.push({
      type: view.getUint16(4, true),
      flags: view.getUint16(6, true),
      sequence: view.getUint32(8, true),
      body: rest.subarray(headerLength, length),
    });
    rest = rest.subarray(padded(length));
  }
  return messages;
}

/**
 * ```text
 * byte   0        2      4
 *        length   type   value, padded to 4
 * ```
 */
export function writeAttributes(attributes: readonly Attribute[]): Uint8Array {
  return joined(
    attributes.map(({ type, value }) => {
      const content = value instanceof Uint8Array ? value : writeAttributes(value);
      const bytes = new Uint8Array(padded(4 + content.length));
      const view = new DataView(bytes.buffer);
      view.setUint16(0, 4 + content.length, true);
      view.setUint16(2, value instanceof Uint8Array ? type : type | nestedBit, true);
      bytes.set(content, 4);
      return bytes;
    }),
  );
}

/** Values by type, sharing memory; of a type that comes twice the last, as the kernel reads them. */
export function readAttributes(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const attributes = new Map<number, Uint8Array>();
  let rest = bytes;
  while (rest.length >= 4) {
    const view = viewOf(rest);
    const length = view.getUint16(0, true);
    if (length < 4 || length > rest.length) break;
    attributes.set(view.getUint16(2, true) & attributeTypeMask, rest.subarray(4, length));
    rest = rest.subarray(padded(length));
  }
  return attributes;
}

/** What the kernel says of a request: 0 for done, or errno; `undefined` if it says something else. */
export function readAcknowledgement({ type, body }: Message): number | undefined {
  if (type !== errorType || body.length < 4) return undefined;
  return 0 - viewOf(body).getInt32(0, true);
}

/** The body of a netfilter message: a family, version 0, a resource number, and attributes. */
export function netfilterBody(
  family: number,
  resource: number,
  attributes: readonly Attribute[] = [],
): Uint8Array {
  return joined([Uint8Array.of(family, 0), bigEndian(resource, 2), writeAttributes(attributes)]);
}

/** The attributes of a netfilter message. */
export function readNetfilterBody(body: Uint8Array): ReadonlyMap<number, Uint8Array> {
  return readAttributes(body.subarray(4));
}

/** A number in network byte order. */
export function bigEndian(value: number, length: 2 | 4): Uint8Array {
  const bytes = new Uint8Array(length);
  if (length === 2) viewOf(bytes).setUint16(0, value);
  else viewOf(bytes).setUint32(0, value);
  return bytes;
}

/** A number of 4 bytes in the machine's order. */
export function machineOrder(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, true);
  return bytes;
}

/** A text with the zero byte that the kernel wants at its end. */
export function zeroEnded(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}

/** `value` as a big-endian number, if it has the 4 bytes of one. */
export function readBigEndian(value: Uint8Array | undefined): number | undefined {
  return value?.length === 4 ? viewOf(value).getUint32(0) : undefined;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
