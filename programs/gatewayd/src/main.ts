import type { Socket } from "node:net";
import { createRenewer, createTrustedProxies } from "@countersign/gateway";
import { createAskForRenewal } from "./ask-for-renewal.ts";
import { type BoundedWarnings, createBoundedWarnings } from "./bounded-warnings.ts";
import { createDecisionCounts } from "./decision-counts.ts";
import type { Desk, Setup } from "./desk.ts";
import { createKept, type Kept } from "./kept.ts";
import { closeListeners, openListeners } from "./listeners.ts";
import { createLoad } from "./load.ts";
import { createMetrics } from "./metrics.ts";
import { openProxyRoutes } from "./proxy/routes.ts";
import type { GatewaySettings } from "./settings.ts";
import { knownSites } from "./setup-warnings.ts";
import { openGateway } from "./sites.ts";
import { openSessionIds } from "./tcpcrypt/open-session-ids.ts";
import type { World } from "./world.ts";

export { GatewayError, type GatewayErrorCode, gatewayErrorTexts } from "./gateway-error.ts";
export { openGatewayOnce } from "./open-once.ts";
export {
  createRehearsal,
  type Rehearsal,
  type RehearsedVisit,
  type TicketHolder,
} from "./rehearsal.ts";
export { type GatewaySettings, gatewaySettings } from "./settings.ts";

export type { World } from "./world.ts";

/** A gateway that answers. */
export interface RunningGateway {
  /**
   * `http://127.0.0.1:8403`, `fcgi://127.0.0.1:9000`, `unix:/path` or `systemd:name`: HTTP first,
   * then FastCGI, then the sites that it serves itself.
   */
  readonly addresses: readonly string[];
  /**
   * Follows other settings from now on, without dropping a request. When anything about them
   * cannot be done it throws, and the old ones stay. What an address holds one request to
   * (`headerBytes`, `requestSeconds`, `idleSeconds`) stays as long as the address does.
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
  const warnings = createBoundedWarnings(world.log, world.now);
  const lasting = { world, warnings, kept: createKept() };
  const desk = createDesk(await setupOf(settings, lasting), lasting);
  let listeners = await openListeners(settings, desk, new Map()).catch((error: unknown) => {
    closeSetup(desk.setup);
    throw error;
  });
  desk.state = "ready";

  async function follow(next: GatewaySettings): Promise<void> {
    const setup = await setupOf(next, lasting);
    const before = { listeners, setup: desk.setup };
    try {
      listeners = await openListeners(next, desk, before.listeners);
    } catch (error) {
      closeSetup(setup);
      throw error;
    }
    desk.setup = setup;
    await closeListeners(before.listeners, listeners);
    closeSetup(before.setup);
  }

  async function stop(): Promise<void> {
    desk.state = "stopping";
    await closeListeners(listeners, new Map());
    closeSetup(desk.setup);
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
    stop: () => inTurn(stop),
  };
}

/** What stays while the setup changes, and what a setup is made with. */
interface Lasting {
  readonly world: World;
  readonly kept: Kept;
  readonly warnings: BoundedWarnings;
}

function createDesk(setup: Setup, { world, kept, warnings }: Lasting): Desk {
  const decisions = createDecisionCounts();
  const load = createLoad();
  const metrics = createMetrics({ decisions, load, cache: () => kept.cache });
  const renewer = createRenewer(createAskForRenewal(world));
  const surplus = new WeakSet<Socket>();
  const idle = { setup, state: "starting" } as const;
  return { ...idle, world, load, renewer, surplus, decisions, metrics, warnings };
}

async function setupOf(
  settings: GatewaySettings,
  { world, kept, warnings }: Lasting,
): Promise<Setup> {
  const { gateway, jwks } = await openGateway(settings, world, kept);
  return {
    gateway,
    sites: knownSites(settings.sites.map(({ origin }) => origin)),
    jwks,
    trustedProxies: createTrustedProxies(settings.trustedProxies),
    limits: settings.limits,
    writesDecisions: writesDecisions(settings),
    // Last, since they open what must be closed; the second cannot fail.
    proxy: await openProxyRoutes(settings.proxy, world.baseFolder),
    sessionIds: openSessionIds(settings.tcpcrypt, world.baseFolder, warnings),
  };
}

function closeSetup({ proxy, sessionIds }: Setup): void {
  proxy.close();
  sessionIds?.close();
}

function writesDecisions({ sites }: GatewaySettings): boolean {
  return sites.some((site) => [site, ...site.places].some(({ debug = 0 }) => debug > 0));
}
