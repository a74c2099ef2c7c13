import { clientAddressOf, trustedPeer, type Visit, type VisitHeaders } from "@countersign/gateway";
import type { TrustedPeers } from "./trusted-peers.ts";

/** A request as it came here, whoever sent it. */
export interface SentRequest
  extends Pick<Visit, "method" | "httpVersion" | "target" | "headers" | "oddHeaderNames"> {
  /** How the peer reached us, not how the visitor reached the proxy. */
  readonly scheme: "http" | "https";
  /** `undefined`: there was none. */
  readonly host: string | undefined;
  /** Whether it came whole, and names one host however it is read. Otherwise nobody comes in. */
  readonly isClear: boolean;
  /** Who sent it; `undefined` if that cannot be told. */
  readonly peer: string | typeof trustedPeer | undefined;
}

/** The visit behind a request. Headers about the way here count only where a trusted peer sent them. */
export function visitOf(sent: SentRequest, peers: TrustedPeers): Visit {
  const { method, httpVersion, target, headers, oddHeaderNames, peer } = sent;
  const isTrusted = peer === trustedPeer || (peer !== undefined && peers.trusts(peer));
  const forwarded = isTrusted ? headers : nothing;
  const forwardedFor = forwarded.get("x-forwarded-for") ?? undefined;
  const clientAddress = peer === undefined ? undefined : clientAddressOf(peer, forwardedFor, peers);
  const scheme = readScheme(forwarded.get("x-forwarded-proto") ?? sent.scheme);
  const host = forwarded.get("x-forwarded-host") ?? sent.host ?? "";
  const isKnown = sent.isClear && clientAddress !== undefined && scheme !== undefined;
  return {
    method,
    httpVersion,
    scheme: scheme ?? "http",
    // Where a fact is missing nobody comes in: no site has an empty name.
    host: isKnown ? host : "",
    target,
    clientAddress: clientAddress ?? "",
    headers,
    oddHeaderNames,
  };
}

const nothing: VisitHeaders = { get: () => undefined };

function readScheme(text: string): "http" | "https" | undefined {
  return text === "http" || text === "https" ? text : undefined;
}
