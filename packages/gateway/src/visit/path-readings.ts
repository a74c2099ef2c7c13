/** A path as one server or another reads it: its segments, of which the first comes after `/`. */
export type PathReading = readonly string[];

/**
 * Every way in which a server may read a path: percent-encoding decoded or not, before or after the
 * path is cut into segments; `\` as `/`; `;parameters` dropped; empty segments merged; `.` and `..`
 * resolved. A plain path has one reading, and most have few. `undefined`: it is not plain, and longer
 * than anybody needs or with more of what servers read in their own ways; that bounds the work.
 *
 * @param path Starts with `/`, and decodes as UTF-8.
 */
export function pathReadings(path: string): readonly PathReading[] | undefined {
  // Nobody can write these characters otherwise, so that all servers take them for the same.
  const raw = asWritten(path);
  if (isPlain(raw)) return [raw.slice(1).split("/")];
  if (raw.length > maxLength || (raw.match(turns)?.length ?? 0) > maxTurns) return undefined;
  const decoded = decodeURIComponent(path);
  // A proxy and the server behind it may each decode once.
  const texts = distinct([raw, decoded, decodedRuns(decoded)], identity);
  const whole = distinct([...texts, ...texts.map((text) => text.replaceAll("\\", "/"))], identity);
  let readings: readonly PathReading[] = whole.map((text) => text.replace(/^\//, "").split("/"));
  for (const step of [withoutParameters, decodedSegments, merged, resolved]) {
    readings = distinct([...readings, ...readings.map(step)], joined);
  }
  return readings;
}

/** Whether all servers read a path alike, as it was sent. */
export function hasOneReading(path: string): boolean {
  return isPlain(asWritten(path));
}

function asWritten(path: string): string {
  return path.includes("%") ? path.replaceAll(mustBeEncoded, decodeURIComponent) : path;
}

/** Where readings part. */
const turns = /[/%;\\]/g;
const maxTurns = 128;
const maxLength = 4096;

/** Bytes of UTF-8 beyond ASCII; space " < > ^ ` { | } */
const mustBeEncoded = /(?:%[89a-f][0-9a-f])+|%(?:20|22|3c|3e|5e|60|7b|7c|7d)/gi;

/** Whether all servers read the path alike. */
export function isPlain(path: string): boolean {
  return !/[%;\\]|\/\/|\/\.\.?(?:\/|$)/.test(path);
}

function withoutParameters(segments: PathReading): PathReading {
  return segments.map((segment) => segment.split(";", 1)[0] ?? "");
}

function decodedSegments(segments: PathReading): PathReading {
  return segments.map(decodedRuns);
}

function decodedRuns(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, decodedRun);
}

/** Not decodeURIComponent: what was decoded once may hold anything, and throwing takes long. */
function decodedRun(run: string): string {
  const bytes = run.slice(1).split("%");
  return utf8.decode(Uint8Array.from(bytes, (digits) => Number.parseInt(digits, 16)));
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

function merged(segments: PathReading): PathReading {
  return segments.filter((segment) => segment !== "");
}

function resolved(segments: PathReading): PathReading {
  const kept: string[] = [];
  for (const segment of segments) {
    if (segment === "..") kept.pop();
    else if (segment !== ".") kept.push(segment);
  }
  return kept;
}

function distinct<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

/** Half a character between segments: decoding twice may give any whole one, but no half. */
function joined(segments: PathReading): string {
  return segments.join("\ud800");
}

function identity(text: string): string {
  return text;
}
