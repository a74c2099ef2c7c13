import * as z from "zod";
import { addressNumber, parseAddress } from "./address.ts";

/** A range of addresses, in the form that `net.BlockList.addSubnet` takes. */
export interface AddressBlock {
  readonly family: "ipv4" | "ipv6";
  readonly address: string;
  readonly prefixLength: number;
}

const expected = 'an address or a range of addresses, such as "127.0.0.1" or "10.0.0.0/8"';

// Trusting everyone is never meant; the widest private ranges are 10.0.0.0/8 and fc00::/7.
const shortestPrefix = { ipv4: 8, ipv6: 7 } as const;

// RFC 4291 §2.5.5.2: the IPv4 addresses as IPv6 writes them, ::ffff:0:0/96.
const firstMappedAddress = 0xffff_0000_0000n;

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
  const parsed = parseAddress(address);
  if (parsed === undefined) return expected;
  const bits = parsed.family === "ipv4" ? 32 : 128;
  const prefixLength = prefix === undefined ? bits : Number(prefix);
  if (prefixLength > bits) return expected;
  const shortest = shortestPrefix[parsed.family];
  if (prefixLength < shortest) {
    return `a range no wider than /${shortest}: nearly everyone would be trusted`;
  }
  const hostBits = BigInt(bits - prefixLength);
  const number = addressNumber(parsed);
  if ((number >> hostBits) << hostBits !== number) {
    return `an address whose bits after /${prefixLength} are zero, such as "10.0.0.0/8"`;
  }
  const mapped = hostBits > 32n ? firstMappedAddress >> hostBits : firstMappedAddress >> 32n;
  const compared = hostBits > 32n ? number >> hostBits : number >> 32n;
  if (parsed.family === "ipv6" && compared === mapped) {
    return "IPv4 addresses in their own form, not within IPv6";
  }
  return { ...parsed, prefixLength };
}
