import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { createSecureContext, type SecureContext } from "node:tls";
import { Pool } from "undici";
import { GatewayError } from "../gateway-error.ts";
import { type GatewayAddress, writeListenAddress } from "../settings/listen-address.ts";
import type { ProxySettings, UpstreamAddress } from "./settings.ts";

/** The way to one application. */
export interface ProxyRoute {
  /** The origin of the site. */
  readonly site: string;
  /** Where the application listens, as the settings have it. */
  readonly upstream: string;
  readonly pool: Pool;
  /** In place of the visitor's Host. */
  readonly host: string | undefined;
  /** For a visitor's connection on which nothing happens; the application may be thinking. */
  readonly visitorIdleMs: number;
  /** Requests that the application has at the moment, and how many it may have. */
  readonly load: { requests: number; readonly most: number };
  /** For visitors who speak TLS. */
  readonly tls: Certificate | undefined;
}

/** A certificate, with its key, as Node.js takes it. */
interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly minVersion: "TLSv1.2";
  readonly context: SecureContext;
}

/** What is behind each address that visitors come to; a reload puts another in its place. */
export interface ProxyRoutes {
  /** The ways from there, by the origins of their sites. */
  at(address: GatewayAddress): ReadonlyMap<string, ProxyRoute>;
  /** Lets requests under way end, and then goes. */
  close(): void;
}

/** Requests that were let in may still wait for a new ticket. */
const closesAfterMs = 10_000;

/**
 * Reads certificates and makes the ways to the applications; connects to nothing yet.
 *
 * @throws {GatewayError} `unreadable-certificate` or `bad-certificate`.
 */
export async function openProxyRoutes(
  proxies: readonly ProxySettings[],
  baseFolder: string,
): Promise<ProxyRoutes> {
  const certificates = await Promise.all(
    proxies.map(({ tls }) => readCertificate(tls, baseFolder)),
  );
  const byAddress = new Map<string, Map<string, ProxyRoute>>();
  for (const [index, proxy] of proxies.entries()) {
    const name = writeListenAddress(proxy.listen);
    const routes = byAddress.get(name) ?? new Map<string, ProxyRoute>();
    byAddress.set(
      name,
      routes.set(proxy.site, createRoute(proxy, baseFolder, certificates[index])),
    );
  }
  return {
    at: (address) => byAddress.get(writeListenAddress(address)) ?? new Map(),
    close() {
      const ways = [...byAddress.values()].flatMap((routes) => [...routes.values()]);
      setTimeout(() => {
        for (const { pool } of ways) pool.close(() => undefined);
      }, closesAfterMs).unref();
    },
  };
}

function createRoute(
  proxy: ProxySettings,
  baseFolder: string,
  tls: Certificate | undefined,
): ProxyRoute {
  const { site, upstream, idleSeconds, upstreamConnections } = proxy;
  const origin = originOf(upstream);
  const pool = new Pool(origin, {
    // One request each: an answer that never ends must hold up no other.
    pipelining: 1,
    connections: upstreamConnections,
    // The limits of time are those of the settings; HTTP/2 has no part in them.
    allowH2: false,
    connect: {
      timeout: proxy.connectSeconds * 1000,
      ...(upstream.kind === "unix" ? { socketPath: resolve(baseFolder, upstream.path) } : {}),
    },
    headersTimeout: proxy.firstByteSeconds * 1000,
    bodyTimeout: idleSeconds * 1000,
  });
  return {
    site,
    upstream: upstream.kind === "tcp" ? upstream.origin : `unix:${upstream.path}`,
    pool,
    host: proxy.preserveHost ? undefined : new URL(origin).host,
    visitorIdleMs: Math.max(idleSeconds, proxy.connectSeconds + proxy.firstByteSeconds) * 1000,
    load: { requests: 0, most: upstreamConnections },
    tls,
  };
}

/** A unix socket has no name, but every request has a Host. */
function originOf(upstream: UpstreamAddress): string {
  return upstream.kind === "tcp" ? upstream.origin : "http://localhost";
}

async function readCertificate(
  tls: ProxySettings["tls"],
  baseFolder: string,
): Promise<Certificate | undefined> {
  if (tls === undefined) return undefined;
  const cert = await readPem(tls.certificate, baseFolder);
  const key = await readPem(tls.key, baseFolder);
  const secure = { cert, key, minVersion: "TLSv1.2" } as const;
  try {
    return { ...secure, context: createSecureContext(secure) };
  } catch (cause) {
    throw new GatewayError("bad-certificate", tls.certificate, { cause });
  }
}

async function readPem(file: string, baseFolder: string): Promise<string> {
  try {
    return await readFile(resolve(baseFolder, file), "utf8");
  } catch (cause) {
    throw new GatewayError("unreadable-certificate", file, { cause });
  }
}
