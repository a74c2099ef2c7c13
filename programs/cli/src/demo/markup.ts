/** Markup that is safe to send. Only {@link markup} makes it. */
class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type { Markup };

/** What a template takes: text and numbers, which are escaped; markup, which is not; nothing. */
type Value = string | number | Markup | readonly Markup[] | undefined;

/** A template. Values may stand in text and in quoted attributes; there they are escaped. */
export function markup(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const written = values.map((value, index) => write(value) + (parts[index + 1] ?? ""));
  return new Markup((parts[0] ?? "") + written.join(""));
}

function write(value: Value): string {
  if (value === undefined) return "";
  if (value instanceof Markup) return value.toString();
  if (Array.isArray(value)) return value.map(write).join("");
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
