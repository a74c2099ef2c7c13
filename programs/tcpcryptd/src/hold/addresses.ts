import { isIPv4, isIPv6, SocketAddress } from "node:net";

/**
 * The text of an address of 4 or 16 bytes, as Node writes it; IPv4 within IPv6 (RFC 4291 §2.5.5.2)
 * as IPv4.
 *
 * @throws {RangeError} another length
 */
export function addressText(address: Uint8Array): string {
  if (address.length === 4) return address.join(".");
  if (address.length !== 16) throw new RangeError("an address has 4 or 16 bytes");
  if (isMapped(address)) return address.subarray(12).join(".");
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((address[2 * index] ?? 0) << 8) | (address[2 * index + 1] ?? 0)).toString(16),
  );
  return new SocketAddress({ family: "ipv6", address: groups.join(":") }).address;
}

/** The 4 or 16 bytes of an address; `undefined` for what is none. A zone (`%eth0`) is left out. */
export function addressBytes(text: string): Uint8Array | undefined {
  const [address = ""] = text.split("%");
  if (isIPv4(text)) return Uint8Array.from(text.split("."), Number);
  if (!isIPv6(address)) return undefined;
  const bytes = ipv6Bytes(address);
  return isMapped(bytes) ? bytes.slice(12) : bytes;
}

/** An address in the one spelling that all of tcpcryptd uses, or `undefined` for what is none. */
export function canonicalAddress(text: string): string | undefined {
  const bytes = addressBytes(text);
  return bytes === undefined ? undefined : addressText(bytes);
}

/** Whether an address (in canonical spelling) means another host on each link (RFC 4291 §2.5.6). */
export function isLinkLocal(address: string): boolean {
  return /^fe[89ab][0-9a-f]:/.test(address);
}

/** `address` is valid, so that one `::` at most stands for as many zeros as are missing. */
function ipv6Bytes(address: string): Uint8Array {
  const [head = "", tail] = address.split("::").map(groupBytes);
  const bytes = new Uint8Array(16);
  bytes.set(head || [], 0);
  if (tail !== undefined) bytes.set(tail, 16 - tail.length);
  return bytes;
}

function groupBytes(groups: string): readonly number[] {
  if (groups === "") return [];
  return groups.split(":").flatMap((group) => {
    if (group.includes(".")) return group.split(".").map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

function isMapped(address: Uint8Array): boolean {
  return address.every((byte, index) => index > 11 || byte === (index < 10 ? 0 : 0xff));
}
