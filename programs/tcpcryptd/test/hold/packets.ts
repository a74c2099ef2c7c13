import { addressBytes } from "../../src/hold/addresses.ts";
import type { Endpoint } from "../../src/worker/messages.ts";

/** A packet with a TCP header, as the queue hands it over. */
export interface SentSegment {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly sequence: number;
  readonly flags?: number;
  /** Bytes of IPv4 options, or of one IPv6 extension header. */
  readonly extra?: number;
}

export const synFlag = 0x02;

/** Writes it with headers only; checksums and lengths are left out, since nobody reads them. */
export function writeSegment(segment: SentSegment): Uint8Array {
  const { local, remote, sequence, flags = synFlag, extra = 0 } = segment;
  const [source, destination] = [addressBytes(local.address), addressBytes(remote.address)];
  if (source === undefined || destination === undefined) throw new TypeError("no addresses");
  const ip = source.length === 4 ? ipv4(extra) : ipv6(extra);
  ip.set(source, source.length === 4 ? 12 : 8);
  ip.set(destination, source.length === 4 ? 16 : 24);
  const tcp = new DataView(new ArrayBuffer(20));
  tcp.setUint16(0, local.port);
  tcp.setUint16(2, remote.port);
  tcp.setUint32(4, sequence);
  tcp.setUint8(12, 0x50);
  tcp.setUint8(13, flags);
  return Uint8Array.of(...ip, ...new Uint8Array(tcp.buffer));
}

function ipv4(options: number): Uint8Array {
  const header = new Uint8Array(20 + options);
  header[0] = 0x40 | (header.length / 4);
  header[9] = 6;
  return header;
}

function ipv6(extension: number): Uint8Array {
  const header = new Uint8Array(40 + extension);
  header[0] = 0x60;
  header[6] = extension === 0 ? 6 : 60;
  if (extension > 0) header.set([6, extension / 8 - 1], 40);
  return header;
}
