import { resolve } from "node:path";
import type { Desk } from "./desk.ts";
import { createFastCgiServer } from "./fastcgi-server.ts";
import { GatewayError } from "./gateway-error.ts";
import { createHttpServer } from "./http-server.ts";
import type { ListenTarget } from "./listen.ts";
import { type Listener, openListener, type Protocol } from "./listener.ts";
import { createProxyServer } from "./proxy/proxy-server.ts";
import { proxyListens } from "./proxy/settings.ts";
import { type GatewayAddress, writeListenAddress } from "./settings/listen-address.ts";
import type { GatewaySettings } from "./settings.ts";
import { inheritedSockets } from "./systemd.ts";

/** Listeners by what the settings say of each. */
export type Listeners = ReadonlyMap<string, Listener>;

/**
 * Listens wherever the settings say. What `before` has already is taken from there, with the file
 * mode of these settings; on failure the new ones are closed again, and the others as they were.
 *
 * @throws {GatewayError} `cannot-listen`, `missing-folder`, `socket-in-use`, `no-socket` or `no-inherited-socket`.
 */
export async function openListeners(
  settings: GatewaySettings,
  desk: Desk,
  before: Listeners,
): Promise<Listeners> {
  const listeners = new Map<string, Listener>();
  try {
    for (const { name, address, protocol } of wantedBy(settings)) {
      const known = before.get(name) ?? listeners.get(name);
      const open = () => openListener(desk, targetOf(address, desk), protocol, settings.socketMode);
      listeners.set(name, known ?? (await open()));
    }
    return new Map([...listeners].map(([name, it]) => [name, it.withMode(settings.socketMode)]));
  } catch (error) {
    await closeListeners(listeners, before);
    for (const listener of before.values()) listener.withMode(listener.socketMode);
    throw error;
  }
}

/** Closes those that are not among `kept`. */
export async function closeListeners(listeners: Listeners, kept: Listeners): Promise<void> {
  const closing = [...listeners].filter(([name]) => !kept.has(name));
  await Promise.all(closing.map(([, listener]) => listener.close()));
}

interface Wanted {
  /** What a reload recognises it by. */
  readonly name: string;
  readonly address: GatewayAddress;
  readonly protocol: Protocol;
}

function wantedBy({ http, fastcgi, proxy, limits }: GatewaySettings): readonly Wanted[] {
  const wanted = (address: GatewayAddress, what: string, protocol: Protocol): Wanted => ({
    name: `${what} ${writeListenAddress(address)}`,
    address,
    protocol,
  });
  return [
    ...http.map((address) =>
      wanted(address, "http", {
        scheme: "http",
        create: (desk, peers) => createHttpServer(desk, peers, limits),
      }),
    ),
    ...fastcgi.map((address) =>
      wanted(address, "fastcgi", {
        scheme: "fcgi",
        create: (desk, peers) => createFastCgiServer(desk, peers, limits),
      }),
    ),
    ...proxyListens(proxy).map((listen) =>
      wanted(listen.address, listen.isTls ? "https proxy" : "http proxy", {
        scheme: listen.isTls ? "https" : "http",
        create: (desk, peers) => createProxyServer(desk, listen, peers, limits),
      }),
    ),
  ];
}

function targetOf(address: GatewayAddress, { world }: Desk): ListenTarget {
  switch (address.kind) {
    case "tcp":
      return address;
    case "unix":
      return { ...address, path: resolve(world.baseFolder, address.path) };
    case "systemd": {
      const fd = inheritedSockets(world.environment ?? {}, process.pid).get(address.name);
      if (fd === undefined) throw new GatewayError("no-inherited-socket", address.name);
      return { ...address, fd };
    }
  }
}
