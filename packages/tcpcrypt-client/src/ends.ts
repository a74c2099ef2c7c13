/** One end of a connection. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Both ends, as the application on this machine sees them. */
export interface ConnectionEnds {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** What a `net.Socket` or `tls.TLSSocket` tells of itself. */
export interface OpenSocket {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  once?(event: "close", listener: () => void): unknown;
}

/** The ends of a connection; `undefined` for a socket that is not connected (any more). */
export function endsOf(about: OpenSocket | ConnectionEnds): ConnectionEnds | undefined {
  if ("local" in about && "remote" in about) {
    return { local: plain(about.local), remote: plain(about.remote) };
  }
  const { localAddress, localPort, remoteAddress, remotePort } = about;
  if (localAddress === undefined || localPort === undefined) return undefined;
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  return {
    local: plain({ address: localAddress, port: localPort }),
    remote: plain({ address: remoteAddress, port: remotePort }),
  };
}

/** A server that listens on `::` sees IPv4 addresses within IPv6; their own form is meant. */
function plain({ address, port }: Endpoint): Endpoint {
  const [, ipv4] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  return { address: ipv4 ?? address, port };
}
