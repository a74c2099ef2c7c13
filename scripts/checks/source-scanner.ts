type Kind = "code" | "comment" | "string";

interface Segment {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
}

/** A source text in three layers of the same length: what is not of a layer is blank in it. */
export interface SourceLayers {
  /** Without comments, and without what stands between quotes, backticks or a regex's slashes. */
  readonly code: string;
  readonly comments: string;
  /** Each string literal without escapes, by the index of its opening quote. */
  readonly strings: ReadonlyMap<number, string>;
}

/**
 * Separates code, comments and strings of TypeScript or JavaScript.
 *
 * A scanner, not a parser: it knows quotes, nested templates, comments, and regular expressions by
 * what stands before their slash. That is enough to find imports and comments without mistaking one
 * for the other.
 */
export function layersOf(source: string): SourceLayers {
  const segments = segmentsOf(source);
  const strings = new Map<number, string>();
  for (const { kind, start, end } of segments) {
    const text = source.slice(start + 1, end - 1);
    if (kind === "string" && /["']/.test(source[start] ?? "")) strings.set(start, text);
  }
  return {
    code: layer(source, segments, "code"),
    comments: layer(source, segments, "comment"),
    strings,
  };
}

function layer(source: string, segments: readonly Segment[], wanted: Kind): string {
  return segments
    .map(({ kind, start, end }) => {
      const text = source.slice(start, end);
      return kind === wanted ? text : text.replace(/[^\n]/g, " ");
    })
    .join("");
}

function segmentsOf(source: string): readonly Segment[] {
  const segments: Segment[] = [];
  // For each open `${`, how many braces are open inside it.
  const templates: number[] = [];
  let start = 0;
  let at = 0;
  const close = (kind: Kind, end: number): void => {
    if (end > start) segments.push({ kind, start, end });
    start = end;
    at = end;
  };

  while (at < source.length) {
    const end = endOfLiteral(source, at, templates);
    if (end !== undefined) {
      close("code", at);
      close(/^(?:\/[/*]|#!)/.test(source.slice(at, end)) ? "comment" : "string", end);
      continue;
    }
    if (source[at] === "{") bump(templates, 1);
    if (source[at] === "}") bump(templates, -1);
    at += 1;
  }
  close("code", source.length);
  return segments;
}

function bump(templates: number[], by: number): void {
  const open = templates.pop();
  if (open !== undefined) templates.push(open + by);
}

/** Where the comment, string, template part or regex that starts at `at` ends, if one does. */
function endOfLiteral(source: string, at: number, templates: number[]): number | undefined {
  if (at === 0 && source.startsWith("#!")) return endOfLine(source, at);
  switch (source[at]) {
    case '"':
    case "'":
      return matchEnd(/(["'])(?:\\[\s\S]|(?!\1)[^\\\n])*\1?/y, source, at);
    case "`":
      return endOfTemplate(source, at + 1, templates);
    case "}":
      if (templates.at(-1) !== 0) return undefined;
      templates.pop();
      return endOfTemplate(source, at + 1, templates);
    case "/":
      if (source[at + 1] === "/") return endOfLine(source, at);
      if (source[at + 1] === "*") return matchEnd(/\/\*[\s\S]*?(?:\*\/|$)/y, source, at);
      if (!regexMayStart(source, at)) return undefined;
      return matchEnd(/\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/y, source, at);
    default:
      return undefined;
  }
}

function endOfTemplate(source: string, from: number, templates: number[]): number {
  const end = matchEnd(/(?:\\[\s\S]|\$(?!\{)|[^\\`$])*(?:`|\$\{)?/y, source, from) ?? source.length;
  if (source.startsWith("${", end - 2)) templates.push(0);
  return end;
}

/** After an operator, an opening bracket or a keyword a slash begins a regex; else it divides. */
function regexMayStart(source: string, at: number): boolean {
  const before = source.slice(Math.max(0, at - 200), at).trimEnd();
  return /(?:^|[([{}=,:;!&|?+\-*%~^<>]|\b(?:return|typeof|case|in|of|void|yield|await|else|do))$/.test(
    before,
  );
}

function endOfLine(source: string, at: number): number {
  const end = source.indexOf("\n", at);
  return end < 0 ? source.length : end;
}

function matchEnd(pattern: RegExp, source: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(source) ? pattern.lastIndex : undefined;
}
