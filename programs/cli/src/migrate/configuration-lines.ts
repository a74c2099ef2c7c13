/** A line as Apache reads it: with those that continue it, without white space around it. */
export interface ConfigurationLine {
  /** Of its first line in the file, counted from 1. */
  readonly line: number;
  /** Of its last line. */
  readonly lastLine: number;
  readonly text: string;
}

/** The lines that say something. A backslash at a line's end continues it, be it in a comment. */
export function configurationLines(text: string): readonly ConfigurationLine[] {
  const lines: ConfigurationLine[] = [];
  let begun = "";
  let first = 0;
  for (const [index, raw] of text.split("\n").entries()) {
    if (first === 0) first = index + 1;
    const content = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (content.endsWith("\\")) {
      begun += content.slice(0, -1);
      continue;
    }
    push(lines, begun + content, first, index + 1);
    begun = "";
    first = 0;
  }
  if (first !== 0) push(lines, begun, first, text.split("\n").length);
  return lines;
}

function push(lines: ConfigurationLine[], whole: string, line: number, lastLine: number): void {
  const text = whole.replace(/^[ \t\v\f\r]+|[ \t\v\f\r]+$/g, "");
  if (text !== "" && !text.startsWith("#")) lines.push({ line, lastLine, text });
}
