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

/** Reads `10.0.0.2:80`, `[2001:db8::2]:80`, or an address alone. */
export function parseEndpoint(text: string): GivenEnd {
  if (isIP(text) !== 0) return { address: canonical(text), port: undefined };
  const [, six, four, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = six ?? four ?? "";
  const port = Number(digits);
  const isRight = isIP(address) === (six === undefined ? 4 : 6) && port >= 1 && port <= 65_535;
  if (!isRight) throw new InvalidArgumentError("Expected an end such as 10.0.0.2:80 or [::1]:80.");
  return { address: canonical(address), port };
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
