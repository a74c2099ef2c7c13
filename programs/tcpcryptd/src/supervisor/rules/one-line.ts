/**
 * The lines of an nft file as one line: interactive nft carries each line out by itself, and all of
 * one line together or not at all.
 */
export function oneLine(lines: readonly string[]): string {
  return lines.map((line) => (line.endsWith("{") ? line : `${line};`)).join(" ");
}
