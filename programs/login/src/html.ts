/** Markup that is safe to send. Only {@link html} makes it. */
class Html {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

export type { Html };

/** What a template takes: text, which is escaped; markup, which is not; nothing. */
export type HtmlValue = string | number | Html | readonly Html[] | undefined;

/**
 * A template of markup. Every value is escaped for text and for quoted attributes, the only two
 * places where values may stand.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const written = values.map((value, index) => write(value) + (parts[index + 1] ?? ""));
  return new Html((parts[0] ?? "") + written.join(""));
}

function write(value: HtmlValue): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.toString();
  if (Array.isArray(value)) return value.map(write).join("");
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
