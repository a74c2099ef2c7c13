/**
 * A piece of the text that a regular expression matches: characters, `segment` (any within a
 * segment), `some` (the same, at least one), or `any`, slashes included.
 */
export type Piece = string | typeof segment | typeof some | typeof any;

/** `[^/]*` */
export const segment = { stands: "segment" } as const;

/** `[^/]+` */
export const some = { stands: "some" } as const;

/** `.*` */
export const any = { stands: "any" } as const;

/** One of the things that a regular expression may match: pieces, and whether it is anchored. */
export interface Alternative {
  readonly pieces: readonly Piece[];
  readonly isAtStart: boolean;
  readonly isAtEnd: boolean;
}

const maxAlternatives = 64;

/**
 * What a regular expression matches, as alternatives; `undefined`: it says something that cannot be
 * said so: one character of many, a number of times, what is not there, a look around, a reference.
 */
export function readRegex(source: string): readonly Alternative[] | undefined {
  if (source.length > maxLength) return undefined;
  const reader = { source, at: 0 };
  const sequences = readAlternatives(reader);
  if (sequences === undefined || reader.at < source.length) return undefined;
  const alternatives = sequences.map(anchored);
  return alternatives.every((one) => one !== undefined) ? alternatives : undefined;
}

const maxLength = 1000;

type Token = Piece | typeof start | typeof end;
type Sequence = readonly Token[];
const start = { stands: "start" } as const;
const end = { stands: "end" } as const;

interface Reader {
  readonly source: string;
  at: number;
}

function readAlternatives(reader: Reader): readonly Sequence[] | undefined {
  const all: Sequence[] = [];
  for (;;) {
    const sequences = readSequences(reader);
    if (sequences === undefined) return undefined;
    all.push(...sequences);
    if (all.length > maxAlternatives) return undefined;
    if (reader.source[reader.at] !== "|") return all;
    reader.at += 1;
  }
}

function readSequences(reader: Reader): readonly Sequence[] | undefined {
  let sequences: readonly Sequence[] = [[]];
  while (reader.at < reader.source.length && !/[|)]/.test(reader.source[reader.at] ?? "")) {
    const options = readRepeated(reader);
    if (options === undefined) return undefined;
    sequences = sequences.flatMap((sequence) => options.map((option) => [...sequence, ...option]));
    if (sequences.length > maxAlternatives) return undefined;
  }
  return sequences;
}

/** An atom with its quantifier. */
function readRepeated(reader: Reader): readonly Sequence[] | undefined {
  const rest = reader.source.slice(reader.at);
  for (const [pattern, sequence] of wholes) {
    const [found] = pattern.exec(rest) ?? [];
    if (found !== undefined) {
      reader.at += found.length;
      return [sequence];
    }
  }
  const options = readAtom(reader);
  if (reader.source[reader.at] === "?") {
    reader.at += 1;
    return options === undefined ? undefined : [...options, []];
  }
  return /[*+{]/.test(reader.source[reader.at] ?? "") ? undefined : options;
}

/** Stars that are greedy or not match the same texts. */
const wholes: readonly (readonly [RegExp, Sequence])[] = [
  [/^\.\*\??/, [any]],
  [/^\[\^\/\]\*\??/, [segment]],
  [/^\[\^\/\]\+\??/, [some]],
  [/^\^/, [start]],
  [/^\$/, [end]],
];

function readAtom(reader: Reader): readonly Sequence[] | undefined {
  const rest = reader.source.slice(reader.at);
  const group = /^\((?:\?:|\?<\w+>|(?!\?))/.exec(rest)?.[0];
  if (group !== undefined) {
    reader.at += group.length;
    const inside = readAlternatives(reader);
    if (inside === undefined || reader.source[reader.at] !== ")") return undefined;
    reader.at += 1;
    return inside;
  }
  const members = /^\[([\w.~-]{1,16})\]/.exec(rest);
  if (members?.[1] !== undefined && !/.-./.test(members[1])) {
    reader.at += members[0].length;
    return [...members[1]].map((character) => [character]);
  }
  const [literal, escaped = literal] = /^\\([^\w\s])|^[^\\[\](){}*+?.^$|]/u.exec(rest) ?? [];
  if (literal === undefined || escaped === undefined) return undefined;
  reader.at += literal.length;
  return [[escaped]];
}

/** Anchors count at the ends alone: elsewhere nothing matches, or everything is said twice. */
function anchored(sequence: Sequence): Alternative | undefined {
  const isAtStart = sequence[0] === start;
  const isAtEnd = sequence.at(-1) === end;
  const inner = sequence.slice(isAtStart ? 1 : 0, isAtEnd ? -1 : undefined);
  const pieces = inner.filter((token): token is Piece => token !== start && token !== end);
  return pieces.length === inner.length ? { pieces, isAtStart, isAtEnd } : undefined;
}
