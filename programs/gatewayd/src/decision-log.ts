import type { DebugLevel, Decision, Explanation, Gateway, Visit } from "@countersign/gateway";
import type { World } from "./world.ts";

/**
 * Decides, and writes to the log what the place asks for: at level 1 refusals, at 2 all decisions,
 * at 3 with every check. A log at debug level gets all of them as at 2.
 */
export function decideAndTell(
  gateway: Gateway,
  visit: Visit,
  { log, now }: Pick<World, "log" | "now">,
): Decision {
  const explanation = gateway.explain(visit, now());
  const { decision, policy } = explanation;
  const level = policy?.debug ?? 0;
  const line = () => ({ ...factsOf(visit), ...described(explanation, level) });
  if (isWanted(decision, level)) log.info(line(), "decided");
  else if (log.isLevelEnabled("debug")) log.debug(line(), "decided");
  return decision;
}

function isWanted(decision: Decision, level: DebugLevel): boolean {
  return level >= 2 || (level === 1 && decision.kind !== "allow");
}

/** Neither the query nor the cookies: either may hold a secret. */
function factsOf({ method, host, target, clientAddress }: Visit) {
  return { method, host, path: target.split("?", 1)[0], clientAddress };
}

function described({ decision, place, checks }: Explanation, level: DebugLevel) {
  const what =
    decision.kind === "allow"
      ? { decision: decision.kind, user: decision.ticket?.uid, cacheSeconds: decision.cacheSeconds }
      : { decision: decision.kind, reason: decision.reason };
  const where = place === undefined ? {} : { place: `${place.kind} ${place.text}` };
  if (level < 3) return { ...what, ...where };
  const outcomes = checks.map(({ check, passed }) => [check, passed ?? "not reached"] as const);
  return { ...what, ...where, checks: Object.fromEntries(outcomes) };
}
