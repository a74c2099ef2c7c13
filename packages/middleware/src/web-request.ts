import { isOddHeaderName, type Visit } from "@countersign/gateway";
import { isSameHost } from "./same-host.ts";
import { visitOf } from "./sent-visit.ts";
import type { TrustedPeers } from "./trusted-peers.ts";

/** What the client sent, for those requests whose headers we changed. */
const sentHeaders = new WeakMap<Request, Headers>();

/**
 * The visit behind a request, however often it was let in before.
 *
 * @param peer The address that it came from; `undefined` if that cannot be told.
 */
export function readWebVisit(
  request: Request,
  peer: string | undefined,
  peers: TrustedPeers,
): Visit {
  const headers = sentHeaders.get(request) ?? request.headers;
  const [, protocol, host, target = ""] = /^(https?):\/\/([^/?#]*)(.*)$/.exec(request.url) ?? [];
  const scheme = protocol === "https" ? "https" : "http";
  const sent = {
    method: request.method,
    httpVersion: "1.1",
    scheme,
    host,
    // Routers read the address, and handlers may read the Host header, where two are joined.
    isClear: isSameHost(scheme, host, headers.get("host") ?? host),
    target: target.startsWith("/") ? target : `/${target}`,
    peer,
    headers,
    oddHeaderNames: [...headers.keys()].filter(isOddHeaderName),
  } as const;
  return visitOf(sent, peers);
}

/**
 * The request with headers in place of what the client sent under their names; an empty value takes
 * the header away. It may be the same object.
 *
 * @param named Names and values in turn.
 */
export function withHeaders(request: Request, named: readonly string[]): Request {
  const sent = sentHeaders.get(request) ?? new Headers(request.headers);
  const replaced = withOwnHeaders(request, named);
  sentHeaders.set(replaced, sent);
  return replaced;
}

function withOwnHeaders(request: Request, named: readonly string[]): Request {
  try {
    replace(request.headers, named);
    return request;
  } catch (error) {
    // Some platforms have requests that cannot be changed.
    if (!(error instanceof TypeError)) throw error;
    const headers = new Headers(request.headers);
    replace(headers, named);
    return new Request(request, { headers });
  }
}

function replace(headers: Headers, named: readonly string[]): void {
  for (let index = 0; index + 1 < named.length; index += 2) {
    const [name = "", value = ""] = named.slice(index, index + 2);
    if (value === "") headers.delete(name);
    else headers.set(name, value);
  }
}
