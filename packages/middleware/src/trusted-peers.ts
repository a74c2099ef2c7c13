import type { IncomingMessage } from "node:http";
import { createTrustedProxies, type TrustedProxies, trustedPeer } from "@countersign/gateway";

/** Stands in a list of proxies for whoever can open the unix socket that the server listens on. */
const unixSocket = "unix";

/** The peers whose word about a request counts. */
export interface TrustedPeers extends TrustedProxies {
  /** Whether those on a unix socket are among them: its file's mode says who they are. */
  readonly unixSocket: boolean;
}

/** @throws {PolicyError} `bad-address-range`. */
export function createTrustedPeers(trusted: readonly string[]): TrustedPeers {
  const proxies = createTrustedProxies(trusted.filter((one) => one !== unixSocket));
  return { trusts: proxies.trusts, unixSocket: trusted.includes(unixSocket) };
}

/** Who sent a request; `undefined` if that cannot be told, or is somebody on a socket that is not trusted. */
export function peerOf(
  { socket }: IncomingMessage,
  peers: TrustedPeers,
): string | typeof trustedPeer | undefined {
  if (socket.remoteAddress !== undefined) return socket.remoteAddress;
  // A TCP connection that was reset has no address either, so that the server is asked.
  return peers.unixSocket && isOnUnixSocket(socket) ? trustedPeer : undefined;
}

const unixServers = new WeakSet<object>();

function isOnUnixSocket(socket: object): boolean {
  if (!("server" in socket) || typeof socket.server !== "object" || socket.server === null) {
    return false;
  }
  const { server } = socket;
  // A server that is closing no longer knows where it listened.
  if (unixServers.has(server)) return true;
  const address = "address" in server && typeof server.address === "function" && server.address();
  if (typeof address !== "string") return false;
  unixServers.add(server);
  return true;
}
