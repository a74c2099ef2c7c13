import type { IncomingMessage } from "node:http";
import {
  clientAddressOf,
  isOddHeaderName,
  type TrustedProxies,
  trustedPeer,
  type Visit,
} from "@countersign/gateway";
import { pairs } from "./hop-by-hop.ts";

/** Above it a request is refused: applications drop those beyond 1000, and what we add comes last. */
export const mostHeaders = 500;

/** Said twice, one would count for the decision and the other for the application. */
const saidOnce: ReadonlySet<string> = new Set([
  "authorization",
  "host",
  "origin",
  "x-forwarded-host",
  "x-forwarded-proto",
]);

/**
 * The visit that a visitor's own connection brings. What X-Forwarded-* says counts when it comes from
 * a trusted proxy in front, or by a unix socket. `undefined`: it cannot be told what was asked, or
 * who came.
 */
export function readVisit(
  request: IncomingMessage,
  peers: "unix" | "tcp",
  trustedProxies: TrustedProxies,
): Visit | undefined {
  const { headers, rawHeaders, socket } = request;
  const names = [...pairs(rawHeaders)].map(([name]) => name);
  // Older versions of Node.js drop those beyond their limit, and say nothing.
  if (names.length >= mostHeaders || !isAsExpected(request)) return undefined;
  if (isAnyRepeated(names.map((name) => name.toLowerCase()))) return undefined;
  const peer = peers === "unix" ? trustedPeer : (socket.remoteAddress ?? "");
  const isForwarded = peer === trustedPeer || trustedProxies.trusts(peer);
  const forwarded = (name: string) => (isForwarded ? headers[name]?.toString() : undefined);
  const clientAddress = clientAddressOf(peer, forwarded("x-forwarded-for"), trustedProxies);
  if (clientAddress === undefined) return undefined;
  const isEncrypted = "encrypted" in socket && socket.encrypted === true;
  const scheme = forwarded("x-forwarded-proto") ?? (isEncrypted ? "https" : "http");
  return {
    method: request.method ?? "",
    httpVersion: request.httpVersion === "1.0" ? "1.0" : "1.1",
    scheme: scheme === "https" ? "https" : "http",
    host: forwarded("x-forwarded-host") ?? headers.host ?? "",
    target: request.url ?? "",
    clientAddress,
    headers: { get: (name) => headers[name]?.toString() },
    oddHeaderNames: names.filter(isOddHeaderName),
  };
}

function isAsExpected({ httpVersion, url, headers }: IncomingMessage): boolean {
  // Node.js takes a request line without a version for HTTP/0.9, which has no headers.
  if (httpVersion !== "1.1" && httpVersion !== "1.0") return false;
  // RFC 9112 §6.1: nobody knows how long such a request is.
  if (httpVersion === "1.0" && headers["transfer-encoding"] !== undefined) return false;
  // The host would stand there, too (RFC 9112 §3.2.2); only forward proxies are asked like that.
  return url?.startsWith("/") === true;
}

function isAnyRepeated(names: readonly string[]): boolean {
  const once = names.filter((name) => saidOnce.has(name));
  return new Set(once).size < once.length;
}
