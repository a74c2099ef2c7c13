import type { Socket } from "node:net";
import type { Decision, Gateway, Renewer, TrustedProxies, Visit } from "@countersign/gateway";
import type { BoundedWarnings } from "./bounded-warnings.ts";
import type { DecisionCounts } from "./decision-counts.ts";
import { decideAndTell } from "./decision-log.ts";
import type { Load } from "./load.ts";
import type { Metrics } from "./metrics.ts";
import type { ProxyRoutes } from "./proxy/routes.ts";
import type { GatewaySettings } from "./settings.ts";
import { type KnownSites, warnOfSetup } from "./setup-warnings.ts";
import type { SessionIds } from "./tcpcrypt/session-ids.ts";
import type { World } from "./world.ts";

/** What the settings of the moment mean. A reload puts another in its place. */
export interface Setup {
  readonly gateway: Gateway;
  readonly sites: KnownSites;
  readonly trustedProxies: TrustedProxies;
  readonly limits: GatewaySettings["limits"];
  readonly proxy: ProxyRoutes;
  /** Whether any place writes its decisions to the log. */
  readonly writesDecisions: boolean;
  /** What `/jwks.json` says, if applications are told anything. */
  readonly jwks: string | undefined;
  /** `undefined`: applications are told of none. */
  readonly sessionIds: SessionIds | undefined;
}

/** Where the servers bring their questions. It stays while the setup changes. */
export interface Desk {
  setup: Setup;
  /** `/readyz` says so. */
  state: "starting" | "ready" | "stopping";
  readonly world: World;
  readonly load: Load;
  readonly renewer: Renewer;
  /** Connections beyond the limit: whoever asks on one gets 503. */
  readonly surplus: WeakSet<Socket>;
  readonly decisions: DecisionCounts;
  readonly metrics: Metrics;
  readonly warnings: BoundedWarnings;
}

/** Decides by the setup and the time of the moment, counts, and writes down what it may. */
export function decideAt(desk: Desk, visit: Visit): Decision {
  const { setup, world, decisions, warnings } = desk;
  const start = performance.now();
  const isTold = setup.writesDecisions || world.log.isLevelEnabled("debug");
  const decision = isTold ? decideAndTell(setup.gateway, visit, world) : decideAgain(desk, visit);
  const reason = decision.kind === "allow" ? "" : decision.reason;
  decisions.count(decision.kind, reason, (performance.now() - start) / 1000);
  if (decision.kind !== "allow") warnOfSetup(decision, visit, { sites: setup.sites, warnings });
  return decision;
}

/** The same for a visit that the web server has asked about before: it counts, and is told, once. */
export function decideAgain({ setup, world }: Desk, visit: Visit): Decision {
  return setup.gateway.decide(visit, world.now());
}
