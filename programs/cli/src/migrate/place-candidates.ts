import { isDeepStrictEqual } from "node:util";
import { type GatewayOptions, gatewayOptions, type OptionContext } from "./gateway-options.ts";
import type { Conditions } from "./if-expressions.ts";
import type { Layer } from "./layers.ts";
import type { Glob } from "./path-globs.ts";
import { merged, type Region } from "./regions.ts";
import type { Position } from "./remark.ts";

/** What a region is in gateway.yaml, if it needs to be there at all. */
export interface Candidate {
  readonly glob: Glob;
  readonly conditions: Conditions;
  readonly isProtected: boolean;
  readonly options: GatewayOptions;
  readonly at: Position;
  /** Whether a path is to be told as a pattern. */
  readonly isPattern?: boolean;
}

/** A region for all visits, and before that for those for which it is another one. */
export function candidatesOf(
  region: Region,
  fallback: Position,
  context: OptionContext,
): readonly Candidate[] {
  const always = candidateOf(region, {}, fallback, context);
  if (region.conditional.length === 0) return [always];
  const [first, second] = region.conditional.filter(({ settings, authType }) => {
    const changed = merged([region, { settings, authType }], () => {});
    return !isDeepStrictEqual(valuesOf(changed), valuesOf(region));
  });
  if (first === undefined) return [always];
  if (second !== undefined) {
    const text =
      "several If sections count for the same pages: gateway.yaml cannot say what holds where two are true";
    context.report("error", second.at, text);
  }
  return [conditionalCandidate(region, first, fallback, context), always];
}

function conditionalCandidate(
  region: Region,
  { settings, authType, conditions = {} }: Layer,
  fallback: Position,
  context: OptionContext,
): Candidate {
  const both = { ...region, ...merged([region, { settings, authType }], context.report) };
  return candidateOf(both, conditions, fallback, context);
}

function valuesOf({ settings, authType }: Pick<Region, "settings" | "authType">) {
  return [...Object.entries(settings), ["authType", authType] as const]
    .map(([name, said]) => [name, JSON.stringify(said?.value)] as const)
    .sort();
}

function candidateOf(
  { glob, settings, authType }: Region,
  conditions: Conditions,
  fallback: Position,
  context: OptionContext,
): Candidate {
  const isProtected = authType?.value === "mod_auth_pubtkt";
  const at = authType?.at ?? fallback;
  // Of a place that nobody asks about, nothing needs to be told.
  const report = isProtected ? context.report : () => {};
  const options = gatewayOptions(settings, { ...context, report });
  if (isProtected && options.keys === undefined) {
    report(
      "error",
      at,
      "no TKTAuthPublicKey counts here: Apache answered 500, and so does gatewayd's lack of a key",
    );
  }
  return { glob, conditions, isProtected, options, at };
}
