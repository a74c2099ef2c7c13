import { parseAddress } from "@countersign/ticket";
import { PolicyError } from "./policy-error.ts";

/** The addresses that share their first `prefixLength` bits with `address`. */
export interface AddressRange {
  readonly address: string;
  readonly prefixLength: number;
}

/** The peers whose word about a request counts. */
export interface TrustedProxies {
  trusts(address: string): boolean;
}

/**
 * Trusts these addresses and ranges (`127.0.0.1`, `10.0.0.0/8`) and nobody else. Ranges wider than
 * any private network are refused: whoever is trusted can pass for everybody.
 *
 * @throws {PolicyError} `bad-address-range`.
 */
export function createTrustedProxies(ranges: readonly (string | AddressRange)[]): TrustedProxies {
  const prefixes = ranges.map((range) =>
    prefixOf(typeof range === "string" ? readRange(range) : range),
  );
  return {
    trusts(address) {
      const bits = bitsOf(address);
      return bits !== undefined && prefixes.some((prefix) => bits.startsWith(prefix));
    },
  };
}

/**
 * The address of the client: the last one in X-Forwarded-For that no trusted proxy has. Only what
 * trusted proxies added counts, and an entry that is no address ends the way back.
 */
export function clientAddressOf(
  peerAddress: string,
  forwardedFor: string | undefined,
  proxies: TrustedProxies,
): string {
  let client = peerAddress;
  for (const hop of forwardedFor?.split(",").reverse() ?? []) {
    if (!proxies.trusts(client)) break;
    const address = hop.trim();
    if (parseAddress(address) === undefined) break;
    client = address;
  }
  return client;
}

function readRange(text: string): AddressRange {
  const [, address = "", length] = /^([^/]+)(?:\/([0-9]{1,3}))?$/.exec(text) ?? [];
  const bits = bitsOf(address)?.slice(1) ?? "";
  return { address, prefixLength: length === undefined ? bits.length : Number(length) };
}

/** The bits that an address in the range starts with, after the mark of its family. */
function prefixOf({ address, prefixLength }: AddressRange): string {
  const bits = bitsOf(address);
  const shortest = bits?.startsWith("4") ? 8 : 7;
  if (bits === undefined || prefixLength < shortest || prefixLength >= bits.length) {
    throw new PolicyError("bad-address-range");
  }
  return bits.slice(0, 1 + prefixLength);
}

/** `4` or `6` and the bits as digits, so that a range is a prefix. */
function bitsOf(text: string): string | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  if (!address.includes(".")) return `6${bitsOfParts(address.match(/../g) ?? [], 16)}`;
  return `4${bitsOfParts(address.split("."), 10)}`;
}

function bitsOfParts(parts: readonly string[], radix: number): string {
  return parts.map((part) => Number.parseInt(part, radix).toString(2).padStart(8, "0")).join("");
}
