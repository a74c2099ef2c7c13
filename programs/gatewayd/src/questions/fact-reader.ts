import { GatewayError } from "../gateway-error.ts";

/** Finds the values of some headers among all of a request; `undefined` for those that are not there. */
export type FactReader = (rawHeaders: readonly string[]) => readonly (string | undefined)[];

/**
 * A reader of the headers in which web servers tell facts.
 *
 * @param names As web servers write them; any other case is found as well, and slower.
 * @throws {GatewayError} `repeated-fact` (the reader): nobody knows which one the web server meant.
 */
export function createFactReader(names: readonly string[]): FactReader {
  const lowerCaseNames = names.map((name) => name.toLowerCase());
  const lengths = new Set(names.map(({ length }) => length));

  /** Comparing with a few names is faster than hashing a string that has just been made. */
  function positionOf(name: string): number {
    for (let position = 0; position < names.length; position += 1) {
      if (name === names[position]) return position;
    }
    return lengths.has(name.length) ? lowerCaseNames.indexOf(name.toLowerCase()) : -1;
  }

  return (rawHeaders) => {
    const said = names.map((): string | undefined => undefined);
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const position = positionOf(rawHeaders[index] ?? "");
      if (position === -1) continue;
      if (said[position] !== undefined) throw new GatewayError("repeated-fact", names[position]);
      said[position] = rawHeaders[index + 1] ?? "";
    }
    return said;
  };
}
