import type { Socket } from "node:net";
import type { Decision, Gateway, Renewer, TrustedProxies, Visit } from "@countersign/gateway";
import type { DecisionCounts } from "./decision-counts.ts";
import { decideAndTell } from "./decision-log.ts";
import type { Load } from "./load.ts";
import type { Metrics } from "./metrics.ts";
import type { ProxyRoutes } from "./proxy/routes.ts";
import type { GatewaySettings } from "./settings.ts";
import type { World } from "./world.ts";

/** What the settings of the moment mean. A reload puts another in its place. */
export interface Rules {
  readonly gateway: Gateway;
  readonly trustedProxies: TrustedProxies;
  readonly limits: GatewaySettings["limits"];
  readonly proxy: ProxyRoutes;
  /** Whether any place writes its decisions to the log. */
  readonly writesDecisions: boolean;
  /** What `/jwks.json` says, if applications are told anything. */
  readonly jwks: string | undefined;
}

/** Where the servers bring their questions. It stays while the rules change. */
export interface Desk {
  rules: Rules;
  /** `/readyz` says so. */
  state: "starting" | "ready" | "stopping";
  readonly world: World;
  readonly load: Load;
  readonly renewer: Renewer;
  /** Connections beyond the limit: whoever asks on one gets 503. */
  readonly surplus: WeakSet<Socket>;
  readonly decisions: DecisionCounts;
  readonly metrics: Metrics;
}

/** Decides by the rules and the time of the moment, counts, and writes down what it may. */
export function decideAt({ rules, world, decisions }: Desk, visit: Visit): Decision {
  const start = performance.now();
  const isTold = rules.writesDecisions || world.log.isLevelEnabled("debug");
  const decision = isTold
    ? decideAndTell(rules.gateway, visit, world)
    : rules.gateway.decide(visit, world.now());
  const reason = decision.kind === "allow" ? "" : decision.reason;
  decisions.count(decision.kind, reason, (performance.now() - start) / 1000);
  return decision;
}
