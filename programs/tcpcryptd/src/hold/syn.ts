import type { Endpoint } from "../worker/messages.ts";
import { addressText } from "./addresses.ts";

/** The first segment of a connection, as far as holding it needs it. */
export interface Syn {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** The initial sequence number: the same in each retransmission, and another in a new connection. */
  readonly sequence: number;
}

const tcpProtocol = 6;
/** FIN, SYN, RST and ACK; a SYN that opens a connection has only the second. */
const openingMask = 0x17;
const synFlag = 0x02;
const ipv6HeaderLength = 40;
/** Hop-by-hop options, routing and destination options have one layout (RFC 8200). */
const extensionHeaders: readonly number[] = [0, 43, 60];

/**
 * Reads an IPv4 or IPv6 packet with a SYN; `undefined` for anything else. The packet may be cut after
 * the first bytes of its TCP header.
 *
 * ```text
 * IPv4 (RFC 791)   0 version and length   9 protocol      12 source   16 destination
 * IPv6 (RFC 8200)  0 version              6 next header    8 source   24 destination
 * TCP  (RFC 9293)  0 source port          2 destination port          4 sequence   13 flags
 * ```
 */
export function readSyn(packet: Uint8Array): Syn | undefined {
  const version = (packet[0] ?? 0) >> 4;
  const at = version === 4 ? afterIpv4(packet) : version === 6 ? afterIpv6(packet) : undefined;
  if (at === undefined || packet.length < at + 14) return undefined;
  const tcp = new DataView(packet.buffer, packet.byteOffset + at, packet.length - at);
  if ((tcp.getUint8(13) & openingMask) !== synFlag) return undefined;
  const [source, destination] = version === 4 ? [12, 16] : [8, 24];
  const length = version === 4 ? 4 : 16;
  const end = (address: number, port: number): Endpoint => ({
    address: addressText(packet.subarray(address, address + length)),
    port: tcp.getUint16(port),
  });
  return { local: end(source, 0), remote: end(destination, 2), sequence: tcp.getUint32(4) };
}

/** Where the TCP header starts. */
function afterIpv4(packet: Uint8Array): number | undefined {
  const headerLength = ((packet[0] ?? 0) & 0x0f) * 4;
  const isFragment = (((packet[6] ?? 0) & 0x1f) | (packet[7] ?? 0)) !== 0;
  return headerLength < 20 || packet[9] !== tcpProtocol || isFragment ? undefined : headerLength;
}

function afterIpv6(packet: Uint8Array): number | undefined {
  let header = packet[6];
  let at = ipv6HeaderLength;
  while (header !== undefined && extensionHeaders.includes(header)) {
    header = packet[at];
    at += ((packet[at + 1] ?? 0) + 1) * 8;
  }
  return header === tcpProtocol ? at : undefined;
}
