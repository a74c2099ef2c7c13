import { isIP, isIPv6 } from "node:net";
import type { Endpoint } from "@countersign/tcpcrypt-client";
import { InvalidArgumentError } from "commander";

/** An end as it is given: without a port, any port is meant. */
export interface GivenEnd {
  readonly address: string;
  readonly port: number | undefined;
}

/** `10.0.0.2:80`, or `[2001:db8::2]:80`. */
export function writeEndpoint({ address, port }: Endpoint): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

/**
 * Reads `10.0.0.2:80`, `[2001:db8::2]:80`, or an address alone. Brackets may stand around any address,
 * so that scripts need not know which kind it is.
 */
export function parseEndpoint(text: string): GivenEnd {
  if (isIP(text) !== 0) return { address: canonical(text), port: undefined };
  const [, bracketed, bare = "", digits] = /^(?:\[([^\]]+)\]|([\d.]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = bracketed ?? bare;
  const port = Number(digits);
  if (isIP(address) !== 0 && port >= 1 && port <= 65_535)
    return { address: canonical(address), port };
  throw new InvalidArgumentError("Expected an end such as 10.0.0.2:80 or [::1]:80.");
}

/** Whether an end is the one that is meant. */
export function isEnd({ address, port }: Endpoint, meant: GivenEnd): boolean {
  return address === meant.address && (meant.port === undefined || port === meant.port);
}

/** The spelling that tcpcryptd uses: IPv4 in its own form, IPv6 as short as it can be. */
function canonical(address: string): string {
  const [, ipv4] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (ipv4 !== undefined || !isIPv6(address)) return ipv4 ?? address;
  // A URL's host name is the canonical spelling (RFC 5952), in brackets.
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
