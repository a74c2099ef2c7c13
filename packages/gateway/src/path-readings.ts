/** A path as one server or another reads it: its segments, of which the first comes after `/`. */
export type PathReading = readonly string[];

/**
 * Every way in which a server may read a path: percent-encoding decoded or not, before or after the
 * path is cut into segments; `\` as `/`; `;parameters` dropped; empty segments merged; `.` and `..`
 * resolved. A plain path has one reading, and most have few.
 *
 * @param path Starts with `/`, and decodes as UTF-8.
 */
export function pathReadings(path: string): readonly PathReading[] {
  if (isPlain(path)) return [path.slice(1).split("/")];
  // Nobody can write these characters otherwise, so that all servers take them for the same.
  const raw = path.replaceAll(mustBeEncoded, decodeURIComponent);
  const texts = distinct([raw, decodeURIComponent(path)], identity);
  const whole = distinct([...texts, ...texts.map((text) => text.replaceAll("\\", "/"))], identity);
  let readings: readonly PathReading[] = whole.map((text) => text.replace(/^\//, "").split("/"));
  for (const step of [withoutParameters, decodedSegments, merged, resolved]) {
    readings = distinct([...readings, ...readings.map(step)], (segments) => segments.join("\n"));
  }
  return readings;
}

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
  return segments.map((segment) => {
    try {
      return decodeURIComponent(segment);
    } catch {
      // Decoded once already, and the result holds a bare `%`: nothing is left to decode.
      return segment;
    }
  });
}

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

/** No segment has a line feed: a path that decodes to one is refused before it comes here. */
function distinct<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

function identity(text: string): string {
  return text;
}
