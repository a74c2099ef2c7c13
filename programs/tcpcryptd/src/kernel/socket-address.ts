import type { Family } from "./kernel.ts";

/** One end of a connection, with the address as the wire has it: 4 or 16 bytes. */
export interface SocketAddress {
  readonly family: Family;
  readonly address: Uint8Array;
  readonly port: number;
}

export const addressLength = { 4: 4, 6: 16 } as const;
export const socketAddressLength = { 4: 16, 6: 28 } as const;

const familyNumber = { 4: 2, 6: 10 } as const;

/**
 * What the kernel calls `sockaddr_in` and `sockaddr_in6`.
 *
 * ```text
 * byte   0        2      4         8         24      28
 * IPv4   family   port   address   8 zeros
 * IPv6   family   port   0         address   scope
 * ```
 *
 * The family is in the machine's order (little-endian on all that we run on), the port big-endian.
 */
export function writeSocketAddress({ family, address, port }: SocketAddress): Uint8Array {
  const bytes = new Uint8Array(socketAddressLength[family]);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, familyNumber[family], true);
  view.setUint16(2, port);
  bytes.set(address, family === 4 ? 4 : 8);
  return bytes;
}

/**
 * The inverse of {@link writeSocketAddress}; the address shares memory with `bytes`.
 *
 * @throws {RangeError} another family, or too short for its own
 */
export function readSocketAddress(bytes: Uint8Array): SocketAddress {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = view.getUint16(0, true) === familyNumber[4] ? 4 : 6;
  if (view.getUint16(0, true) !== familyNumber[family]) {
    throw new RangeError("expected an IPv4 or IPv6 socket address");
  }
  if (bytes.length < socketAddressLength[family]) {
    throw new RangeError("the socket address is cut short");
  }
  const start = family === 4 ? 4 : 8;
  return {
    family,
    address: bytes.subarray(start, start + addressLength[family]),
    port: view.getUint16(2),
  };
}
