import {
  coversItems,
  distinctLists,
  type Items,
  intersectItems,
  overlapItems,
} from "./wild-lists.ts";

/**
 * A set of paths, as segments: `*` in one is any characters, the segment `**` any segments, also
 * none. A path and all below it ends in `**`, a file and what a script is told behind its name in
 * {@link pathInfo}.
 */
export type Glob = readonly string[];

/** Any segments. */
export const anySegments = "**";

/** Any segments behind the name of a file, so that no other file can be among them. */
export const pathInfo = "***";

/** A path and all below it. */
export function below(segments: readonly string[]): Glob {
  return [...segments, anySegments];
}

/** Whether a glob is a path and all below it. */
export function isBelow(glob: Glob): boolean {
  return glob.at(-1) === anySegments && literalStart(glob).length === glob.length - 1;
}

/** The segments of a path, without empty ones. */
export function segmentsOf(path: string): readonly string[] {
  return path.split("/").filter((segment) => segment !== "");
}

/** The segments before the first with a star. */
export function literalStart(glob: Glob): readonly string[] {
  const open = glob.findIndex((segment) => segment.includes("*"));
  return open === -1 ? glob : glob.slice(0, open);
}

/** Whether every path of `inner` is one of `outer`; may say no where it is hard to see. */
export function covers(outer: Glob, inner: Glob): boolean {
  return coversItems(outer, inner, segments);
}

/** Whether some path belongs to both. */
export function overlaps(a: Glob, b: Glob): boolean {
  return overlapItems(a, b, segments);
}

/** The paths that belong to both, as globs; `undefined`: they are too many. */
export function intersect(a: Glob, b: Glob): readonly Glob[] | undefined {
  const areFiles = a.at(-1) === pathInfo && b.at(-1) === pathInfo;
  const end = areFiles ? -1 : undefined;
  const common = intersectItems(a.slice(0, end), b.slice(0, end), segments)?.map((glob) =>
    glob.map((segment, index) =>
      segment === pathInfo && index < glob.length - 1 ? anySegments : segment,
    ),
  );
  return areFiles ? common?.map((glob) => [...glob, pathInfo]) : common && distinctLists(common);
}

const characters: Items = {
  isWild: (item) => item === "*",
  anything: "*",
  covers: (outer, inner) => outer === inner,
  overlap: (a, b) => a === b,
  intersect: (a, b) => (a === b ? [a] : []),
};

const segments: Items = {
  isWild: (item) => item === anySegments || item === pathInfo,
  anything: anySegments,
  covers: (outer, inner) => coversItems([...outer], [...inner], characters),
  overlap: (a, b) => overlapItems([...a], [...b], characters),
  intersect: (a, b) =>
    intersectItems([...a], [...b], characters)?.map((one) => one.join("").replaceAll(/\*+/g, "*")),
};
