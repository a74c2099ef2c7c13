import type { Visit } from "@countersign/gateway";
import { parseAddress } from "@countersign/ticket";

/** One end of a TCP connection; the address in its canonical text. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** A visitor's TCP connection, as the web server at its local end sees it. */
export interface Connection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** Both ends as text. */
export interface SaidOfConnection {
  readonly remoteAddress: string | undefined;
  readonly remotePort: string | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: string | undefined;
}

/**
 * The connection that a visit came on. `undefined`: it came by a unix socket; or through another
 * proxy, which has the visitor's own connection, so that nothing of it is known here.
 */
export function connectionOf(
  { clientAddress }: Pick<Visit, "clientAddress">,
  { remoteAddress, remotePort, localAddress, localPort }: SaidOfConnection,
): Connection | undefined {
  const remote = readEndpoint(remoteAddress, remotePort);
  const local = readEndpoint(localAddress, localPort);
  if (remote === undefined || local === undefined) return undefined;
  return remote.address === parseAddress(clientAddress) ? { local, remote } : undefined;
}

/**
 * Reads `192.0.2.7,40000,198.51.100.1,80`: address and port of the visitor, and then those of the web
 * server. What is not said is `undefined`.
 */
export function readSaid(text: string): SaidOfConnection {
  const [remoteAddress, remotePort, localAddress, localPort] = text.split(",", 4);
  return { remoteAddress, remotePort, localAddress, localPort };
}

function readEndpoint(addressText = "", portText = ""): Endpoint | undefined {
  // Some web servers write IPv6 addresses in brackets.
  const address = parseAddress(addressText.replace(/^\[(.*)\]$/, "$1"));
  const port = /^[1-9][0-9]{0,4}$/.test(portText) ? Number(portText) : 0;
  return address === undefined || port < 1 || port > 65_535 ? undefined : { address, port };
}
