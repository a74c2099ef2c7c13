import { isOddHeaderName, type VisitHeaders } from "@countersign/gateway";

/**
 * The headers of a request where Node's parser left them, names and values in turn. Nearly every
 * visit is decided by one or two of them: to make an object of all costs more than the decision.
 */
export class RawHeaders implements VisitHeaders {
  readonly #raw: readonly string[];

  constructor(raw: readonly string[]) {
    this.#raw = raw;
  }

  get(name: string): string | undefined {
    let value: string | undefined;
    for (let index = 0; index < this.#raw.length; index += 2) {
      const found = this.#raw[index] ?? "";
      if (found.length !== name.length) continue;
      if (found !== name && found.toLowerCase() !== name) continue;
      const next = this.#raw[index + 1] ?? "";
      // RFC 9110 §5.3; for cookies RFC 9113 §8.2.3.
      value = value === undefined ? next : `${value}${name === "cookie" ? "; " : ", "}${next}`;
    }
    return value;
  }
}

/** The names among them that are odd. */
export function oddNamesIn(raw: readonly string[]): readonly string[] {
  let odd = none;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? "";
    if (isOddHeaderName(name)) odd = [...odd, name];
  }
  return odd;
}

const none: readonly string[] = [];
