import type { Place, PlaceAddress } from "./place.ts";
import type { ConditionOptions } from "./place-conditions.ts";
import { createCondition } from "./place-conditions.ts";
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

/** A place with what it says itself. */
export interface SayingPlace extends Place {
  readonly says: PolicyOptions;
}

/**
 * Reads a place; what it leaves undefined it does not say.
 *
 * @throws {PolicyError} `bad-path` where it has none of the three, or two.
 */
export function readPlace(options: PlaceOptions): SayingPlace {
  const { path, exactPath, pattern, methods, networks, arguments: named, ...policy } = options;
  const said = Object.entries(policy).filter(([, value]) => value !== undefined);
  return {
    ...addressOf({ path, exactPath, pattern }),
    condition: createCondition({ methods, networks, arguments: named }),
    says: Object.fromEntries(said),
  };
}

/**
 * What places that lie in one another say together, as nested sections of Apache do: what the inner
 * one says replaces what the outer one said; a list is not extended.
 */
export function nested(site: PolicyOptions, chain: readonly SayingPlace[]): PolicyOptions {
  return Object.assign({}, site, ...chain.map(({ says }) => says));
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
