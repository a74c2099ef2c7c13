import { addressBits } from "@countersign/ticket";
import { PolicyError } from "../policy/policy-error.ts";

/** The addresses that share their first `prefixLength` bits with `address`. */
export interface AddressRange {
  readonly address: string;
  readonly prefixLength: number;
}

/** Some addresses. */
export interface AddressRanges {
  /** `false` for what is no address. */
  holds(address: string): boolean;
}

/**
 * These addresses and ranges (`127.0.0.1`, `10.0.0.0/8`), and no others.
 *
 * @param shortest The least length of a prefix.
 * @throws {PolicyError} `bad-address-range`.
 */
export function createAddressRanges(
  ranges: readonly (string | AddressRange)[],
  shortest = { ipv4: 0, ipv6: 0 },
): AddressRanges {
  const prefixes = ranges.map((range) =>
    prefixOf(typeof range === "string" ? readRange(range) : range, shortest),
  );
  return {
    holds(address) {
      const bits = addressBits(address);
      return bits !== undefined && prefixes.some((prefix) => marked(bits).startsWith(prefix));
    },
  };
}

function readRange(text: string): AddressRange {
  const [, address = "", length] = /^([^/]+)(?:\/([0-9]{1,3}))?$/.exec(text) ?? [];
  const prefixLength = length === undefined ? addressBits(address)?.length : Number(length);
  return { address, prefixLength: prefixLength ?? 0 };
}

/** What the bits of every address in the range start with, after the mark of its family. */
function prefixOf(
  { address, prefixLength }: AddressRange,
  { ipv4, ipv6 }: { ipv4: number; ipv6: number },
): string {
  const bits = addressBits(address);
  const shortest = bits?.length === 32 ? ipv4 : ipv6;
  if (bits === undefined || prefixLength < shortest || prefixLength > bits.length) {
    throw new PolicyError("bad-address-range");
  }
  return marked(bits).slice(0, 1 + prefixLength);
}

/** No prefix of IPv4 may hold addresses of IPv6. */
function marked(bits: string): string {
  return `${bits.length === 32 ? "4" : "6"}${bits}`;
}
