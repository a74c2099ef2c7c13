import { inOneCase } from "../visit/one-case.ts";
import { isPlain, type PathReading, pathReadings } from "../visit/path-readings.ts";
import { type Chain, createChains } from "./chains.ts";
import type { FoundPlace, Place, PlaceKind } from "./place.ts";
import type { Conditioned } from "./place-conditions.ts";
import { isWithin, type Matchers, matchersOf } from "./place-matchers.ts";
import { PolicyError } from "./policy-error.ts";

/** Finds the places of a visit. */
export interface Places<Policy> {
  /**
   * Of all that hold the path and whose conditions hold, from the outside in: paths by their length,
   * then the exact path, or else the first pattern. `"ambiguous"`: servers disagree, be it because
   * some take capital and small letters for the same, or a path with a slash at its end for the one
   * without; or the path is longer than anybody needs. The same places give the same object.
   */
  find(path: string, conditioned: Conditioned): FoundPlace<Policy> | "ambiguous";
}

/**
 * The places of one site. They must include the path `/` without a condition; those without
 * conditions differ in more than capitals.
 *
 * @param combine Makes one policy of places that lie in one another, the outermost first.
 * @throws {PolicyError} `bad-path`, `bad-pattern` or `repeated-path`.
 */
export function createPlaces<P extends Place, Policy>(
  places: readonly P[],
  combine: (chain: readonly P[]) => Policy,
): Places<Policy> {
  const root = places.find(
    ({ kind, text, condition }) => kind === "path" && text === "/" && condition === undefined,
  );
  if (root === undefined) throw new PolicyError("bad-path", "/");
  requireDistinct(places);
  const entries = inOrder(places.filter((place) => place !== root));
  const chains = createChains(root, combine);
  const isAlone = entries.outer.length + entries.inner.length === 0;

  return {
    find(path, conditioned) {
      if (isAlone) return chains.start.found;
      const [first, ...others] = spellingsOf(path, entries);
      if (first === undefined) return "ambiguous";
      const found = follow(chains.start, entries, { ...first, conditioned });
      const isSame = (other: Spelling) =>
        follow(chains.start, entries, { ...other, conditioned }) === found;
      return others.every(isSame) ? found : "ambiguous";
    },
  };
}

interface Entry<P extends Place> extends Matchers {
  readonly place: P;
}

interface Entries<P extends Place> {
  /** Paths, from the outside in. */
  readonly outer: readonly Entry<P>[];
  /** Of the others, the first that holds a path counts. */
  readonly inner: readonly Entry<P>[];
  /** So many segments of a path make a difference; `undefined`: all. */
  readonly depth: number | undefined;
}

function inOrder<P extends Place>(places: readonly P[]): Entries<P> {
  const entries = places.map((place) => ({ place, ...matchersOf(place) }));
  const ofKind = (kind: PlaceKind) => entries.filter(({ place }) => place.kind === kind);
  const outer = ofKind("path").sort((a, b) => a.depth - b.depth || conditionsFirst(b, a));
  const inner = [...ofKind("exactPath").sort(conditionsFirst), ...ofKind("pattern")];
  return { outer, inner, depth: inner.length > 0 ? undefined : (outer.at(-1)?.depth ?? 0) };
}

function conditionsFirst({ place: a }: Entry<Place>, { place: b }: Entry<Place>): number {
  return Number(a.condition === undefined) - Number(b.condition === undefined);
}

/** A path as one server or another reads it. */
interface Spelling {
  isIn(entry: Entry<Place>): boolean;
  /** The same where capital and small letters are one. */
  isInFolded(entry: Entry<Place>): boolean;
}

/** None: the path is longer than anybody needs. */
function spellingsOf(path: string, { inner, depth }: Entries<Place>): readonly Spelling[] {
  // One that all servers read alike need not be cut into segments.
  if (inner.length === 0 && isPlain(path)) return [plainSpelling(path)];
  if (inner.length > 0 && isTooLong(path)) return [];
  const readings = pathReadings(path) ?? [];
  const all = inner.length === 0 ? readings : readings.flatMap(withAndWithoutSlash);
  return all.map((reading) => spellingOf(reading.slice(0, depth)));
}

function plainSpelling(path: string): Spelling {
  const foldedPath = inOneCase(path);
  return {
    isIn: ({ place }) => isWithin(path, place.text),
    isInFolded: ({ folded }) => isWithin(foldedPath, folded),
  };
}

function spellingOf(reading: PathReading): Spelling {
  const folded = reading.map(inOneCase);
  return {
    isIn: ({ matches }) => matches(reading),
    isInFolded: ({ matchesFolded }) => matchesFolded(folded),
  };
}

/** A spelling, and the visit that asks for it. */
interface Asked extends Spelling {
  readonly conditioned: Conditioned;
}

/** Goes from the outside in. */
function follow<P extends Place, Policy>(
  start: Chain<P, Policy>,
  { outer, inner }: Entries<P>,
  asked: Asked,
): FoundPlace<Policy> | "ambiguous" {
  let chain = start;
  for (const entry of outer) {
    if (!belongs(entry, asked)) continue;
    if (!asked.isIn(entry)) return "ambiguous";
    chain = chain.with(entry.place);
  }
  const innermost = inner.find((entry) => belongs(entry, asked));
  if (innermost === undefined) return chain.found;
  return asked.isIn(innermost) ? chain.with(innermost.place).found : "ambiguous";
}

/** Whether a place holds a path, if capital and small letters are one, and its condition holds. */
function belongs(entry: Entry<Place>, asked: Asked): boolean {
  if (!asked.isInFolded(entry)) return false;
  const { condition } = entry.place;
  return condition === undefined || condition(asked.conditioned);
}

/** Patterns take their time, which grows with the path. */
const maxLength = 4096;
const maxSegments = 128;

function isTooLong(path: string): boolean {
  return path.length > maxLength || path.split("/", maxSegments + 2).length > maxSegments + 1;
}

/** Some servers answer `/page/` as `/page`. */
function withAndWithoutSlash(reading: PathReading): readonly PathReading[] {
  const isBare = reading.at(-1) !== "" || reading.length < 2;
  return isBare ? [reading] : [reading, reading.slice(0, -1)];
}

function requireDistinct(places: readonly Place[]) {
  const spellings = new Map<string, string>();
  const unconditional = new Set<string>();
  for (const { kind, text, condition } of places) {
    const name = `${kind} ${inOneCase(text)}`;
    const isOtherSpelling = (spellings.get(name) ?? text) !== text;
    if (isOtherSpelling || (condition === undefined && unconditional.has(name))) {
      throw new PolicyError("repeated-path", text);
    }
    spellings.set(name, text);
    if (condition === undefined) unconditional.add(name);
  }
}
