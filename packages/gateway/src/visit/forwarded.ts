import { parseAddress } from "@countersign/ticket";
import { type AddressRange, createAddressRanges } from "./address-ranges.ts";

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
  const trusted = createAddressRanges(ranges, { ipv4: 8, ipv6: 7 });
  return { trusts: (address) => trusted.holds(address) };
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
