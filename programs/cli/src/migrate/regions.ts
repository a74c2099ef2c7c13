import { type Mapping, mappingAt } from "./folder-mapping.ts";
import type { Layer } from "./layers.ts";
import {
  below,
  covers,
  type Glob,
  intersect,
  isBelow,
  literalStart,
  overlaps,
} from "./path-globs.ts";
import type { Scope } from "./places-of-sections.ts";
import type { Report } from "./remark.ts";
import { mergeSettings, type Said, type TicketSettings } from "./ticket-settings.ts";
import { distinctLists } from "./wild-lists.ts";

/** A part of a site in which the same layers count, whatever the page. */
export interface Region {
  readonly glob: Glob;
  readonly settings: TicketSettings;
  readonly authType: Said<string> | undefined;
  /** Layers that count for some visits only. */
  readonly conditional: readonly Layer[];
}

/** gatewayd takes a thousand places; of patterns, each is compared with each. */
const maxRegions = 1000;
const maxPatterns = 200;

/**
 * The parts of a site that differ, as far as layers tell. A region counts where no other one that
 * it covers does.
 */
export function regionsOf(
  layers: readonly Layer[],
  mappings: readonly Mapping[],
  report: Report,
): readonly Region[] {
  const telling = layers.filter(
    ({ settings, authType }) => authType !== undefined || Object.keys(settings).length > 0,
  );
  const { globs, isWhole, isTooMuch } = globsOf(telling, mappings);
  const [first] = telling;
  if (isTooMuch && first !== undefined) {
    const text = `the site falls into more than ${maxRegions} parts: some are left out`;
    report("error", first.at, text);
  }
  const patterns = isWhole ? [] : globs.filter((glob) => !isBelow(glob));
  for (const layer of telling) {
    if (isHalf(layer, patterns, mappings)) report("error", layer.at, crossing);
  }
  return globs.map((glob) => regionAt(glob, telling, mappings, report));
}

/** All globs, cut at every path with a layer or a folder of its own, and by each other. */
function globsOf(layers: readonly Layer[], mappings: readonly Mapping[]) {
  const found = layers.flatMap(({ scope }) => addressGlobs(scope, mappings));
  const paths = distinctLists([
    ...mappings.map(({ path }) => below(path)),
    ...found.filter(isBelow),
  ]);
  const others = distinctLists(found.filter((glob) => !isBelow(glob)));
  const cut = cutAt(others, paths);
  const { globs, isWhole } = crossings(cut.slice(0, maxPatterns));
  const all = distinctLists([...paths, ...globs]);
  const isTooMuch = all.length > maxRegions || cut.length > maxPatterns;
  return { globs: all.slice(0, maxRegions), isWhole, isTooMuch };
}

/** What the patterns have below each of the paths, until that is too much. */
function cutAt(patterns: readonly Glob[], paths: readonly Glob[]): readonly Glob[] {
  const cut = new Map<string, Glob>();
  for (const pattern of patterns) {
    for (const path of paths) {
      for (const one of intersect(pattern, path) ?? []) cut.set(one.join("/"), one);
      if (cut.size > maxPatterns) return [...cut.values()];
    }
  }
  return [...cut.values()];
}

/** The patterns, and what two or more of them have in common, unless that is too much. */
function crossings(patterns: readonly Glob[]) {
  const all = new Map(patterns.map((glob) => [glob.join("/"), glob]));
  // A map visits what is added on the way, so that three patterns meet as well.
  for (const [name, glob] of all) {
    for (const other of patterns) {
      const isApart = name === other.join("/") || covers(other, glob) || covers(glob, other);
      const common = isApart ? [] : intersect(glob, other);
      if (common === undefined || all.size > 2 * maxPatterns) {
        return { globs: [...all.values()], isWhole: false };
      }
      for (const one of common) all.set(one.join("/"), one);
    }
  }
  return { globs: [...all.values()], isWhole: true };
}

/** Where files that a scope holds are to be had. */
function addressGlobs({ of, globs }: Scope, mappings: readonly Mapping[]): readonly Glob[] {
  if (of === "addresses") return globs;
  return mappings.flatMap(({ path, folder }) =>
    folder === undefined
      ? []
      : globs.flatMap((glob) =>
          (intersect(glob, below(folder)) ?? []).map((one) => [
            ...path,
            ...one.slice(folder.length),
          ]),
        ),
  );
}

function regionAt(
  glob: Glob,
  layers: readonly Layer[],
  mappings: readonly Mapping[],
  report: Report,
): Region {
  const holding = layers.filter(({ scope }) => holdsAll(scope, glob, mappings));
  const always = holding.filter(({ conditions }) => conditions === undefined);
  return {
    glob,
    ...merged(always, report),
    conditional: holding.filter(({ conditions }) => conditions !== undefined),
  };
}

/** What layers say together, in their order. */
export function merged(
  layers: readonly Pick<Layer, "settings" | "authType">[],
  report: Report,
): Pick<Region, "settings" | "authType"> {
  return {
    settings: layers.reduce<TicketSettings>(
      (outer, { settings }) => mergeSettings(outer, settings, report),
      {},
    ),
    authType: layers.findLast(({ authType }) => authType !== undefined)?.authType,
  };
}

function holdsAll(scope: Scope, glob: Glob, mappings: readonly Mapping[]): boolean {
  const inside = scope.of === "addresses" ? glob : filesAt(glob, mappings);
  return inside !== undefined && scope.globs.some((one) => covers(one, inside));
}

/** The files of a region; `undefined`: there are none, or of several folders. */
function filesAt(glob: Glob, mappings: readonly Mapping[]): Glob | undefined {
  const { path, folder } = mappingAt(mappings, literalStart(glob));
  return folder === undefined ? undefined : [...folder, ...glob.slice(path.length)];
}

const crossing =
  "some pages belong to this section and to others by patterns: gateway.yaml has what one of them says there, not what all say together";

/** Whether a section holds some pages of a pattern and not others, so that it is not told apart. */
function isHalf(
  { scope }: Layer,
  patterns: readonly Glob[],
  mappings: readonly Mapping[],
): boolean {
  return patterns.some((glob) => {
    const inside = scope.of === "addresses" ? glob : filesAt(glob, mappings);
    if (inside === undefined || scope.globs.some((one) => covers(one, inside))) return false;
    return scope.globs.some(
      (one) => !isBelow(one) && !covers(inside, one) && overlaps(one, inside),
    );
  });
}
