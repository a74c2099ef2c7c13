import type { Host } from "../../kit/namespaces/host.ts";
import { optionOf, type TcpPacket } from "../../kit/namespaces/tcp-packet.ts";

/** The kind of the TCP-ENO option (RFC 8547 §11). */
export const enoKind = 69;

/** Packets from or to a port. */
export function packetsOf(packets: readonly TcpPacket[], port: number): readonly TcpPacket[] {
  return packets.filter(({ from, to }) => from.port === port || to.port === port);
}

/** Packets that a host sent. */
export function sentBy(packets: readonly TcpPacket[], host: Host): readonly TcpPacket[] {
  return packets.filter(({ from }) => from.address === host.ipv4 || from.address === host.ipv6);
}

/** The ENO option of each packet in hexadecimal; empty for those without. */
export function eno(packets: readonly TcpPacket[]): readonly string[] {
  return packets.map((packet) => Buffer.from(optionOf(packet, enoKind) ?? []).toString("hex"));
}

/** All that packets carry, in order; retransmissions count twice. */
export function payloadOf(packets: readonly TcpPacket[]): Buffer {
  return Buffer.concat(packets.map(({ payload }) => payload));
}
