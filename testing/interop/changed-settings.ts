import assert from "node:assert/strict";

/** The settings with more said of their first site. JSON is YAML, too. */
export function withPolicy(settings: string, policy: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(policy).map(
    ([name, value]) => `    ${name}: ${JSON.stringify(value)}\n`,
  );
  return replaced(settings, /^ {2}- origin: .*\n/m, (origin) => origin + lines.join(""));
}

/** The settings with one more place in their first site. */
export function withPlace(settings: string, place: Readonly<Record<string, unknown>>): string {
  return replaced(
    settings,
    /^ {4}places:\n/m,
    (places) => `${places}      - ${JSON.stringify(place)}\n`,
  );
}

function replaced(text: string, pattern: RegExp, by: (found: string) => string): string {
  assert.match(text, pattern);
  return text.replace(pattern, by);
}
