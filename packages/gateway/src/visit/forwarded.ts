import { addressBits, parseAddress } from "@countersign/ticket";
import { PolicyError } from "../policy/policy-error.ts";

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
      const bits = addressBits(address);
      return bits !== undefined && prefixes.some((prefix) => marked(bits).startsWith(prefix));
    },
  };
}

/** Pass in place of the peer's address to believe whoever could open the unix socket. */
export const trustedPeer: unique symbol = Symbol("trustedPeer");

/**
 * The address of the client in its canonical text: the last one in X-Forwarded-For that no trusted
 * proxy has. Only what trusted proxies added counts, and an entry that is no address ends the way
 * back. `undefined`: the peer has no address, and no trusted one was named.
 */
export function clientAddressOf(
  peer: string | typeof trustedPeer,
  forwardedFor: string | undefined,
  proxies: TrustedProxies,
): string | undefined {
  let client = peer === trustedPeer ? undefined : parseAddress(peer);
  let isTrusted = peer === trustedPeer || proxies.trusts(peer);
  for (const hop of forwardedFor?.split(",").reverse() ?? []) {
    const address = isTrusted ? parseAddress(hop.trim()) : undefined;
    if (address === undefined) break;
    client = address;
    isTrusted = proxies.trusts(address);
  }
  return client;
}

function readRange(text: string): AddressRange {
  const [, address = "", length] = /^([^/]+)(?:\/([0-9]{1,3}))?$/.exec(text) ?? [];
  const prefixLength = length === undefined ? addressBits(address)?.length : Number(length);
  return { address, prefixLength: prefixLength ?? 0 };
}

/** What the bits of every address in the range start with, after the mark of its family. */
function prefixOf({ address, prefixLength }: AddressRange): string {
  const bits = addressBits(address);
  const shortest = bits?.length === 32 ? 8 : 7;
  if (bits === undefined || prefixLength < shortest || prefixLength > bits.length) {
    throw new PolicyError("bad-address-range");
  }
  return marked(bits).slice(0, 1 + prefixLength);
}

/** No prefix of IPv4 may hold addresses of IPv6. */
function marked(bits: string): string {
  return `${bits.length === 32 ? "4" : "6"}${bits}`;
}
