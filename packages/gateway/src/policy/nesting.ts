import { createPathPattern } from "./path-pattern.ts";
import type { ConditionOptions } from "./place-conditions.ts";
import { type PlaceAddress, segmentsOf } from "./places.ts";
import type { PolicyOptions } from "./policy.ts";
import { PolicyError } from "./policy-error.ts";

/** A place in a site, at one of `path`, `exactPath` and `pattern`. */
export interface PlaceOptions extends PolicyOptions, ConditionOptions {
  /** `/admin`: the path and all below it. */
  readonly path?: string | undefined;
  /** `/status`: the path alone. */
  readonly exactPath?: string | undefined;
  /** A glob: `*` is any characters of a segment, `**` any segments. */
  readonly pattern?: string | undefined;
}

/** A place with all that it was given and inherits. */
export interface NestedPlace {
  readonly address: PlaceAddress;
  readonly conditions: ConditionOptions;
  readonly policy: PolicyOptions;
}

/**
 * Gives each place what it does not say itself, as nested sections of Apache do: from the place
 * whose path holds it most closely, and that from the next, up to the site. What is said replaces:
 * a list is not extended. Nobody inherits from a place with conditions.
 *
 * @throws {PolicyError} `bad-path` or `bad-pattern`.
 */
export function nestPlaces(
  site: PolicyOptions,
  places: readonly PlaceOptions[],
): readonly NestedPlace[] {
  const said = places.map(readPlace);
  const outer = said
    .filter(({ address, isConditional }) => address.kind === "path" && !isConditional)
    .sort((a, b) => a.segments.length - b.segments.length);
  return said.map((place) => {
    const around = outer.filter((one) => one !== place && holds(one.segments, place.segments));
    const policy = Object.assign({}, site, ...around.map((one) => one.policy), place.policy);
    return { address: place.address, conditions: place.conditions, policy };
  });
}

function readPlace(options: PlaceOptions) {
  const { path, exactPath, pattern, methods, networks, arguments: named, ...policy } = options;
  const conditions = { methods, networks, arguments: named };
  const address = addressOf({ path, exactPath, pattern });
  const segments =
    address.kind === "pattern"
      ? createPathPattern(address.text).literalStart
      : segmentsOf(address.text);
  const isConditional = Object.values(conditions).some((value) => value !== undefined);
  const said = Object.entries(policy).filter(([, value]) => value !== undefined);
  return { address, segments, conditions, isConditional, policy: Object.fromEntries(said) };
}

function addressOf(
  named: {
    readonly [Kind in PlaceAddress["kind"]]: string | undefined;
  },
): PlaceAddress {
  const { path, exactPath, pattern } = named;
  const given = [path, exactPath, pattern].filter((text) => text !== undefined);
  if (given.length !== 1) throw new PolicyError("bad-path", given.join(" "));
  if (path !== undefined) return { kind: "path", text: path };
  if (exactPath !== undefined) return { kind: "exactPath", text: exactPath };
  return { kind: "pattern", text: pattern ?? "" };
}

function holds(outer: readonly string[], inner: readonly string[]): boolean {
  return outer.every((segment, index) => segment === inner[index]);
}
