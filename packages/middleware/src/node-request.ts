import type { IncomingMessage } from "node:http";
import { isOddHeaderName, type Visit } from "@countersign/gateway";
import { isSameHost } from "./same-host.ts";
import { visitOf } from "./sent-visit.ts";
import { peerOf, type TrustedPeers } from "./trusted-peers.ts";

interface Headers {
  readonly [name: string]: unknown;
}

/** What the client sent, for those requests whose headers we changed. */
const sentHeaders = new WeakMap<IncomingMessage, Headers>();

/**
 * The visit behind a request, however often it was let in before.
 *
 * @param target The request target as it was sent.
 */
export function readNodeVisit(
  request: IncomingMessage,
  target: string,
  peers: TrustedPeers,
): Visit {
  const headers: Headers = sentHeaders.get(request) ?? request.headers;
  const { method = "", httpVersion, socket, rawHeaders } = request;
  const isEncrypted = "encrypted" in socket && socket.encrypted === true;
  const scheme = isEncrypted ? "https" : "http";
  // HTTP/2 has the host in a field of its own (RFC 9113 §8.3.1).
  const host = textOf(headers[":authority"]) ?? textOf(headers.host);
  const sent = {
    method,
    httpVersion: httpVersion === "1.0" ? "1.0" : "1.1",
    scheme,
    host,
    isClear:
      isWhole(request) &&
      countOf("host", rawHeaders) <= 1 &&
      otherHosts(headers, target).every((other) => isSameHost(scheme, host, other)),
    target,
    peer: peerOf(request, peers),
    headers: { get: (name: string) => textOf(headers[name]) },
    oddHeaderNames: oddNames(rawHeaders),
  } as const;
  return visitOf(sent, peers);
}

/**
 * Puts headers in place of what the client sent under their names, in every form in which an
 * application may read them. An empty value takes the header away.
 *
 * @param named Names and values in turn.
 */
export function replaceHeaders(request: IncomingMessage, named: readonly string[]): void {
  // Node makes the latter of the raw headers when it is first read, and counts on their number then.
  // Requests of HTTP/2 have none.
  const { headers, headersDistinct } = request;
  if (!sentHeaders.has(request)) sentHeaders.set(request, { ...headers });
  const replaced = new Map<string, string>();
  for (let index = 0; index + 1 < named.length; index += 2) {
    replaced.set((named[index] ?? "").toLowerCase(), named[index + 1] ?? "");
  }
  replaceRaw(request.rawHeaders, replaced);
  for (const [name, value] of replaced) {
    put(headers, name, value === "" ? undefined : value);
    if (headersDistinct !== undefined) {
      put(headersDistinct, name, value === "" ? undefined : [value]);
    }
  }
}

function put<T>(headers: Record<string, T | undefined>, name: string, value: T | undefined): void {
  if (value !== undefined) headers[name] = value;
  else if (name in headers) delete headers[name];
}

/** In place, for those who hold the list already. */
function replaceRaw(rawHeaders: string[], replaced: ReadonlyMap<string, string>): void {
  let kept = 0;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = "", value = ""] = [rawHeaders[index], rawHeaders[index + 1]];
    if (replaced.has(name.toLowerCase())) continue;
    rawHeaders[kept] = name;
    rawHeaders[kept + 1] = value;
    kept += 2;
  }
  rawHeaders.length = kept;
  for (const [name, value] of replaced) if (value !== "") rawHeaders.push(name, value);
}

/**
 * Whether all headers are there. Node 22 drops those beyond its limit and says nothing:
 * what a proxy appends comes last, after as many as a client likes to send.
 */
export function isWhole(request: IncomingMessage): boolean {
  // It was whole when somebody was let in.
  if (sentHeaders.has(request)) return true;
  const most = mostHeaders(request.socket);
  return most === 0 || request.rawHeaders.length / 2 < most;
}

/** How many headers of a request the server keeps; 0: all of them. */
function mostHeaders(socket: object): number {
  const { server } = socket as { readonly server?: { readonly maxHeadersCount?: unknown } };
  return typeof server?.maxHeadersCount === "number" ? server.maxHeadersCount : 1000;
}

/** Where else a request may name its host: frameworks read one or the other. */
function otherHosts(headers: Headers, target: string): readonly string[] {
  // A whole URL is to count, not Host (RFC 9112 §3.2.2).
  const [, named] = /^https?:\/\/([^/?#]*)/i.exec(target) ?? [];
  return [textOf(headers.host), named].filter((host) => host !== undefined);
}

function countOf(name: string, rawHeaders: readonly string[]): number {
  return rawHeaders.filter((one, index) => index % 2 === 0 && one.toLowerCase() === name).length;
}

function oddNames(rawHeaders: readonly string[]): readonly string[] {
  // HTTP/2 has what stands in a request line among them (RFC 9113 §8.3.1).
  const isOdd = (name: string) => isOddHeaderName(name) && !name.startsWith(":");
  return rawHeaders.filter((name, index) => index % 2 === 0 && isOdd(name));
}

/** Only Set-Cookie is a list. */
function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
