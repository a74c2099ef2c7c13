import type { IncomingMessage } from "node:http";
import {
  clientAddressOf,
  createGateway,
  createTrustedProxies,
  type Decision,
  type TrustedProxies,
  type Visit,
} from "@countersign/gateway";
import {
  allowLegacySignatures,
  createEncodedCache,
  createVerifier,
  importPublicKey,
} from "@countersign/ticket";
import { type CountersignOptions, checkOptions, listOf } from "./options.ts";

/** Decides one request; `target` is the request target as it was sent. */
export type Gate = (request: IncomingMessage, target: string) => Decision;

/**
 * Checks the options and makes a gate that follows them.
 *
 * @throws {TypeError}, or the errors of the packages gateway (`PolicyError`) and ticket (`TicketError`).
 */
export function createGate(options: CountersignOptions): Gate {
  checkOptions(options);
  const { origin, publicKey, digest, compatibility, cachedTickets, trustedProxies, ...rest } =
    options;
  const { now = systemClock, ...site } = rest;
  const legacy = compatibility === undefined ? undefined : allowLegacySignatures;
  const verifier = createVerifier({
    keys: listOf(publicKey).map((key) => importPublicKey(key, { digest, legacy })),
    cache: createEncodedCache({ maxEntries: cachedTickets ?? 10_000, maxBytes: 2 ** 25 }),
  });
  const sites = listOf(origin).map((origin) => ({ ...site, origin, verifier }));
  const gateway = createGateway({ sites });
  const proxies = createTrustedProxies(trustedProxies ?? []);
  return (request, target) => gateway.decide(readVisit(request, target, proxies), now());
}

function systemClock(): number {
  return Math.floor(Date.now() / 1000);
}

/** Headers about the way here count only when a trusted proxy sent the request. */
function readVisit(request: IncomingMessage, target: string, proxies: TrustedProxies): Visit {
  const { headers, socket } = request;
  const peer = socket.remoteAddress ?? "";
  const isForwarded = proxies.trusts(peer);
  const proto = isForwarded ? headers["x-forwarded-proto"] : undefined;
  const host = isForwarded ? headers["x-forwarded-host"] : undefined;
  const isEncrypted = "encrypted" in socket && socket.encrypted === true;
  return {
    method: request.method ?? "",
    httpVersion: request.httpVersion === "1.0" ? "1.0" : "1.1",
    scheme: (proto ?? (isEncrypted ? "https" : "http")) === "https" ? "https" : "http",
    host: String(host ?? headers.host ?? ""),
    target,
    clientAddress: clientAddressOf(peer, headers["x-forwarded-for"]?.toString(), proxies) ?? "",
    cookies: headers.cookie,
    wants: "page",
  };
}
