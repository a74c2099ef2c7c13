/**
 * The words of a directive's argument, as Apache's ap_getword_conf takes them: parted by white
 * space; in quotes of either kind, where a backslash stands before a quote or a backslash.
 */
export function splitWords(argument: string): readonly string[] {
  const words: string[] = [];
  const word = /\s*(?:"((?:\\["\\]|[^"])*)"?|'((?:\\['\\]|[^'])*)'?|(\S+))/y;
  for (let match = word.exec(argument); match !== null; match = word.exec(argument)) {
    const [, double, single, plain] = match;
    if (double !== undefined) words.push(double.replace(/\\(["\\])/g, "$1"));
    else if (single !== undefined) words.push(single.replace(/\\(['\\])/g, "$1"));
    else if (plain !== undefined) words.push(plain);
  }
  return words;
}

/** `text` as one word. */
export function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}
