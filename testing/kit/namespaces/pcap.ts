import type { TcpPacket } from "./tcp-packet.ts";
import { readTcpPacket } from "./tcp-packet.ts";

const magic = 0xa1b2c3d4;
const ethernet = 1;
const fileHeaderLength = 24;
const recordHeaderLength = 16;
const ethernetHeaderLength = 14;

/**
 * The TCP packets of a capture file (pcap, Ethernet, as tcpdump writes it on this machine), in
 * order. A record at the end that is not all there yet is left out, so that a file may be read
 * while it grows.
 */
export function readPcap(file: Uint8Array): readonly TcpPacket[] {
  if (file.length < fileHeaderLength) return [];
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.getUint32(0, true) !== magic || view.getUint32(20, true) !== ethernet) {
    throw new Error("expected a little-endian pcap file of an Ethernet interface");
  }
  const packets: TcpPacket[] = [];
  let at = fileHeaderLength;
  while (at + recordHeaderLength <= file.length) {
    const length = view.getUint32(at + 8, true);
    const seconds = view.getUint32(at, true) + view.getUint32(at + 4, true) / 1e6;
    const start = at + recordHeaderLength;
    at = start + length;
    if (at > file.length) break;
    const packet = readTcpPacket(file.subarray(start + ethernetHeaderLength, at), seconds);
    if (packet !== undefined) packets.push(packet);
  }
  return packets;
}
