import { createTrustedProxies } from "@countersign/gateway";
import type { Desk, Rules } from "./desk.ts";
import { closeListeners, openListeners } from "./listeners.ts";
import type { GatewaySettings } from "./settings.ts";
import { openGateway } from "./sites.ts";
import type { World } from "./world.ts";

export { GatewayError, type GatewayErrorCode, gatewayErrorTexts } from "./gateway-error.ts";
export { type GatewaySettings, gatewaySettings } from "./settings.ts";
export type { World } from "./world.ts";

/** A gateway that answers. */
export interface RunningGateway {
  /** `http://127.0.0.1:8403`, `fcgi://127.0.0.1:9000` or `unix:/path`: HTTP first, then FastCGI. */
  readonly addresses: readonly string[];
  /**
   * Follows other settings from now on, without dropping a request. When anything about them
   * cannot be done it throws, and the old ones stay. An address that stays keeps its limits.
   */
  reload(settings: GatewaySettings): Promise<void>;
  /** Stops listening, lets requests end, and closes every connection. */
  stop(): Promise<void>;
}

/**
 * Starts gatewayd; resolves when it listens everywhere.
 *
 * @throws {GatewayError} and leaves nothing behind.
 */
export async function startGateway(
  settings: GatewaySettings,
  world: World,
): Promise<RunningGateway> {
  const desk: Desk = { rules: await rulesOf(settings, world), world };
  let listeners = await openListeners(settings, desk, new Map());

  async function follow(next: GatewaySettings): Promise<void> {
    const rules = await rulesOf(next, world);
    const before = listeners;
    listeners = await openListeners(next, desk, before);
    desk.rules = rules;
    await closeListeners(before, listeners);
  }

  // One change at a time: each must see what the one before it left.
  let last: Promise<void> = Promise.resolve();
  function inTurn(change: () => Promise<void>): Promise<void> {
    const done = last.then(change);
    last = done.catch(() => undefined);
    return done;
  }

  return {
    get addresses() {
      return [...listeners.values()].map(({ address }) => address);
    },
    reload: (next) => inTurn(() => follow(next)),
    stop: () => inTurn(() => closeListeners(listeners, new Map())),
  };
}

async function rulesOf(settings: GatewaySettings, world: World): Promise<Rules> {
  return {
    gateway: await openGateway(settings, world.baseFolder),
    trustedProxies: createTrustedProxies(settings.trustedProxies),
  };
}
