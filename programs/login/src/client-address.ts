import { BlockList } from "node:net";
import { type AddressBlock, parseAddress } from "@countersign/settings";

/** Whether a peer's word about the client's address counts. */
export type IsTrusted = (address: string) => boolean;

/** The peers inside `blocks`. Addresses must be canonical ({@link canonicalAddress}). */
export function trustedProxies(blocks: readonly AddressBlock[]): IsTrusted {
  const list = new BlockList();
  for (const { address, prefixLength, family } of blocks) {
    list.addSubnet(address, prefixLength, family);
  }
  return (address) => list.check(address, address.includes(":") ? "ipv6" : "ipv4");
}

/** An address in its one spelling, IPv4 also when it arrives as `::ffff:192.0.2.7`. */
export function canonicalAddress(text: string): string | undefined {
  const address = parseAddress(text)?.address;
  const mapped = address?.match(/^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/);
  if (!mapped) return address;
  const [high, low] = [Number.parseInt(mapped[1] ?? "", 16), Number.parseInt(mapped[2] ?? "", 16)];
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
}

/**
 * The address of the client: the peer's own, or, when the peer is a trusted proxy, the right-most
 * entry of X-Forwarded-For that no trusted proxy stands for. What stands further left is the
 * client's own claim. `peer` is `undefined` on a unix socket, whose file mode decides who connects.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | null,
  isTrusted: IsTrusted,
): string | undefined {
  let known = peer === undefined ? undefined : canonicalAddress(peer);
  if (peer !== undefined && (known === undefined || !isTrusted(known))) return known;
  const entries = forwardedFor === null ? [] : forwardedFor.split(",");
  for (const entry of entries.reverse()) {
    const address = canonicalAddress(entry.trim());
    // A proxy wrote something else than an address: what is certain is who it is.
    if (address === undefined) return known;
    known = address;
    if (!isTrusted(address)) return address;
  }
  return known;
}

/**
 * The network that one client can be expected to have for itself: /24 of IPv4, /56 of IPv6.
 * The address must be canonical.
 */
export function addressPrefix(address: string): string {
  if (!address.includes(":")) return `${address.slice(0, address.lastIndexOf("."))}.0/24`;
  const [head = "", tail = ""] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === "" ? [] : tail.split(":");
  const zeros = Array(8 - left.length - right.length).fill("0");
  const groups = [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
  const network = [...groups.slice(0, 3), (groups[3] ?? 0) & 0xff00];
  return `${network.map((group) => group.toString(16)).join(":")}::/56`;
}
