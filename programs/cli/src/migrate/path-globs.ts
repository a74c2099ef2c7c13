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
  return areFiles ? common?.map((glob) => [...glob, pathInfo]) : common && distinct(common);
}

/** How to treat the items of a list: the segments of a path, or the characters of a segment. */
interface Items {
  isWild(item: string): boolean;
  covers(outer: string, inner: string): boolean;
  overlap(a: string, b: string): boolean;
  intersect(a: string, b: string): readonly string[] | undefined;
}

const characters: Items = {
  isWild: (item) => item === "*",
  covers: (outer, inner) => outer === inner,
  overlap: (a, b) => a === b,
  intersect: (a, b) => (a === b ? [a] : []),
};

const segments: Items = {
  isWild: (item) => item === anySegments || item === pathInfo,
  covers: (outer, inner) => coversItems([...outer], [...inner], characters),
  overlap: (a, b) => overlapItems([...a], [...b], characters),
  intersect: (a, b) =>
    intersectItems([...a], [...b], characters)?.map((one) => one.join("").replaceAll(/\*+/g, "*")),
};

function coversItems(outer: Glob, inner: Glob, items: Items): boolean {
  return search(outer, inner, (i, j, both) => {
    const wanted = outer[i];
    const given = inner[j];
    if (wanted === undefined) return given === undefined;
    if (items.isWild(wanted)) return both(i + 1, j) || (given !== undefined && both(i, j + 1));
    if (given === undefined || items.isWild(given)) return false;
    return items.covers(wanted, given) && both(i + 1, j + 1);
  });
}

function overlapItems(a: Glob, b: Glob, items: Items): boolean {
  return search(a, b, (i, j, both) => {
    const one = a[i];
    const other = b[j];
    if (one === undefined && other === undefined) return true;
    if (one !== undefined && items.isWild(one)) {
      return both(i + 1, j) || (other !== undefined && both(i, j + 1));
    }
    if (other !== undefined && items.isWild(other)) {
      return both(i, j + 1) || (one !== undefined && both(i + 1, j));
    }
    if (one === undefined || other === undefined) return false;
    return items.overlap(one, other) && both(i + 1, j + 1);
  });
}

const maxGlobs = 64;

/** The segments of paths, or characters of names, that two globs may have together. */
const maxIntersected = 256;

/** `undefined`: there are more than {@link maxGlobs} ways. */
function intersectItems(a: Glob, b: Glob, items: Items): readonly Glob[] | undefined {
  let isTooMuch = false;
  const known = new Map<number, readonly Glob[]>();
  const found = (i: number, j: number): readonly Glob[] => {
    const name = i * (b.length + 1) + j;
    const before = known.get(name);
    if (before !== undefined) return before;
    if (isTooMuch) return [];
    const all = distinct(step(i, j));
    if (all.length > maxGlobs) isTooMuch = true;
    const kept = all.slice(0, maxGlobs);
    known.set(name, kept);
    return kept;
  };
  const led = (item: string, globs: readonly Glob[]) => globs.map((glob) => [item, ...glob]);

  function step(i: number, j: number): readonly Glob[] {
    const one = a[i];
    const other = b[j];
    if (one === undefined && other === undefined) return [[]];
    const isWild = one !== undefined && items.isWild(one);
    const isOtherWild = other !== undefined && items.isWild(other);
    // Whichever takes more of the path, the rest is for both.
    if (isWild && isOtherWild) {
      const item = one === other ? one : anySegments;
      return led(item, [...found(i + 1, j), ...found(i, j + 1)]);
    }
    if (isWild) {
      return other === undefined
        ? found(i + 1, j)
        : [...found(i + 1, j), ...led(other, found(i, j + 1))];
    }
    if (isOtherWild) {
      return one === undefined
        ? found(i, j + 1)
        : [...found(i, j + 1), ...led(one, found(i + 1, j))];
    }
    if (one === undefined || other === undefined) return [];
    const common = items.intersect(one, other);
    if (common === undefined) isTooMuch = true;
    return (common ?? []).flatMap((item) => led(item, found(i + 1, j + 1)));
  }

  if (a.length + b.length > maxIntersected) return undefined;
  const all = found(0, 0);
  return isTooMuch ? undefined : withoutCovered(all, items);
}

function withoutCovered(globs: readonly Glob[], items: Items): readonly Glob[] {
  return globs.filter(
    (glob, index) =>
      !globs.some(
        (other, at) =>
          at !== index &&
          coversItems(other, glob, items) &&
          (at < index || !coversItems(glob, other, items)),
      ),
  );
}

/** Asks `decide` about the beginnings, and it about what follows; about every pair once. */
function search(
  a: Glob,
  b: Glob,
  decide: (i: number, j: number, both: (i: number, j: number) => boolean) => boolean,
): boolean {
  const known = new Map<number, boolean>();
  const both = (i: number, j: number): boolean => {
    const name = i * (b.length + 1) + j;
    let answer = known.get(name);
    if (answer === undefined) {
      answer = decide(i, j, both);
      known.set(name, answer);
    }
    return answer;
  };
  return a.length + b.length <= maxItems && both(0, 0);
}

/** Beyond this a search would go deeper than the stack, and no administrator writes it. */
const maxItems = 2000;

function distinct(globs: readonly Glob[]): readonly Glob[] {
  return [...new Map(globs.map((glob) => [glob.join("/"), glob])).values()];
}
