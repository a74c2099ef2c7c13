import { addressBits, parseAddress } from "@countersign/ticket";
import * as z from "zod";

/** The addresses that share their first `prefixLength` bits with `address`, whose others are zero. */
export interface AddressBlock {
  readonly address: string;
  readonly prefixLength: number;
}

const expectedIpv4 = "IPv4 addresses in their own form, not within IPv6";
const expected = 'an address or a range of addresses, such as "127.0.0.1" or "10.0.0.0/8"';

// Trusting everyone is never meant; the widest private ranges are 10.0.0.0/8 and fc00::/7.
const shortestPrefixes = { ipv4: 8, ipv6: 7 } as const;

// RFC 4291 §2.5.5.2: what the IPv4 addresses start with as IPv6 writes them, ::ffff:0:0/96.
const mappedPrefix = "0".repeat(80) + "1".repeat(16);

/**
 * One address or a CIDR range whose peers are trusted. Refuses ranges wider than any private
 * network, so that "everyone" cannot be trusted, and IPv6 ranges that hold IPv4 addresses.
 */
export const addressBlock = z
  .string()
  .transform((text, context): AddressBlock => {
    const block = parseAddressBlock(text);
    if (typeof block !== "string") return block;
    context.addIssue({ code: "custom", message: block });
    return z.NEVER;
  })
  .meta({ title: 'address or range such as "10.0.0.0/8"' });

/** A bounded list of {@link addressBlock}. */
export const addressBlocks = z.array(addressBlock).max(256);

/** The block, or what would have been right. */
function parseAddressBlock(text: string): AddressBlock | string {
  const [, address = "", prefix] = /^([^/]*)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const canonical = parseAddress(address);
  const bits = addressBits(address);
  if (canonical === undefined || bits === undefined) return expected;
  if (canonical.includes(":") !== address.includes(":")) return expectedIpv4;
  const prefixLength = prefix === undefined ? bits.length : Number(prefix);
  if (prefixLength > bits.length) return expected;
  const shortest = shortestPrefixes[bits.length === 32 ? "ipv4" : "ipv6"];
  if (prefixLength < shortest) {
    return `a range no wider than /${shortest}: nearly everyone would be trusted`;
  }
  if (bits.includes("1", prefixLength)) {
    return `an address whose bits after /${prefixLength} are zero, such as "10.0.0.0/8"`;
  }
  const holdsIpv4 = bits.length === 128 && mappedPrefix.startsWith(bits.slice(0, prefixLength));
  return holdsIpv4 ? expectedIpv4 : { address: canonical, prefixLength };
}
