/** One TCP packet as it was on the wire. The views share memory with the capture. */
export interface TcpPacket {
  /** Seconds since 1970. */
  readonly at: number;
  readonly from: { readonly address: string; readonly port: number };
  readonly to: { readonly address: string; readonly port: number };
  readonly flags: ReadonlySet<TcpFlag>;
  readonly sequence: number;
  /** Whole options, kind and length included; without NOP and end of list. */
  readonly options: readonly Uint8Array[];
  readonly payload: Uint8Array;
  /** The two ECN bits of the IP header. */
  readonly ecn: number;
}

export type TcpFlag = (typeof flagNames)[number];

/** From the lowest bit. */
const flagNames = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"] as const;

const tcp = 6;
const endOfList = 0;
const noOperation = 1;

/** Reads an IP packet of either version, or `undefined` when there is no TCP in it. */
export function readTcpPacket(ip: Uint8Array, at: number): TcpPacket | undefined {
  const header = readIpHeader(ip);
  if (header?.protocol !== tcp) return undefined;
  const segment = ip.subarray(header.length, header.total);
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  const dataOffset = (view.getUint8(12) >> 4) * 4;
  const bits = view.getUint8(13);
  return {
    at,
    from: { address: header.from, port: view.getUint16(0) },
    to: { address: header.to, port: view.getUint16(2) },
    flags: new Set(flagNames.filter((_, bit) => (bits & (1 << bit)) !== 0)),
    sequence: view.getUint32(4),
    options: readOptions(segment.subarray(20, dataOffset)),
    payload: segment.subarray(dataOffset),
    ecn: header.ecn,
  };
}

/** The option of a kind, or `undefined`. */
export function optionOf(packet: TcpPacket, kind: number): Uint8Array | undefined {
  return packet.options.find((option) => option[0] === kind);
}

interface IpHeader {
  readonly length: number;
  readonly total: number;
  readonly protocol: number;
  readonly from: string;
  readonly to: string;
  readonly ecn: number;
}

function readIpHeader(ip: Uint8Array): IpHeader | undefined {
  if (ip.length < 20) return undefined;
  const view = new DataView(ip.buffer, ip.byteOffset, ip.byteLength);
  switch (view.getUint8(0) >> 4) {
    case 4:
      return {
        length: (view.getUint8(0) & 15) * 4,
        // A packet longer than a size that fits (BIG TCP) says 0.
        total: view.getUint16(2) || ip.length,
        protocol: view.getUint8(9),
        from: ip.subarray(12, 16).join("."),
        to: ip.subarray(16, 20).join("."),
        ecn: view.getUint8(1) & 3,
      };
    case 6:
      if (ip.length < 40) return undefined;
      return {
        length: 40,
        total: view.getUint16(4) === 0 ? ip.length : 40 + view.getUint16(4),
        protocol: view.getUint8(6),
        from: ipv6Text(view, 8),
        to: ipv6Text(view, 24),
        ecn: (view.getUint16(0) >> 4) & 3,
      };
    default:
      return undefined;
  }
}

function ipv6Text(view: DataView, at: number): string {
  const groups = Array.from({ length: 8 }, (_, group) =>
    view.getUint16(at + 2 * group).toString(16),
  );
  // The shortest form, as everybody else writes it.
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
}

function readOptions(bytes: Uint8Array): readonly Uint8Array[] {
  const options: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length && bytes[at] !== endOfList) {
    if (bytes[at] === noOperation) {
      at += 1;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    if (length < 2 || at + length > bytes.length) throw new Error("an ill-formed TCP option");
    options.push(bytes.subarray(at, at + length));
    at += length;
  }
  return options;
}
