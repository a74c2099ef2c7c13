import type { Decision, Gateway, TrustedProxies, Visit } from "@countersign/gateway";
import type { World } from "./world.ts";

/** What the settings of the moment mean. A reload puts another in its place. */
export interface Rules {
  readonly gateway: Gateway;
  readonly trustedProxies: TrustedProxies;
}

/** Where the servers bring their questions. It stays while the rules change. */
export interface Desk {
  rules: Rules;
  readonly world: World;
}

/** Decides by the rules and the time of the moment, and writes it down at debug level. */
export function decideAt({ rules, world }: Desk, visit: Visit): Decision {
  const decision = rules.gateway.decide(visit, world.now());
  if (world.log.isLevelEnabled("debug")) {
    const { method, host, clientAddress } = visit;
    // Neither the query nor the cookies: either may hold a secret.
    const path = visit.target.split("?", 1)[0];
    world.log.debug({ method, host, path, clientAddress, ...described(decision) }, "decided");
  }
  return decision;
}

function described(decision: Decision) {
  if (decision.kind === "allow" || decision.kind === "renew") {
    return { decision: decision.kind, user: decision.ticket.uid };
  }
  return { decision: decision.kind, reason: decision.reason };
}
