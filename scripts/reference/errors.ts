/** The texts of one package's or program's words, by word. */
export interface Words {
  readonly heading: string;
  readonly intro: string;
  readonly texts: Readonly<Record<string, string>>;
}

/** The page that says what each error code and refusal means. */
export function errorsPage(words: readonly Words[]): string {
  const head =
    "# Errors and refusals\n\n" +
    "A refusal is an expected answer: a value, never thrown. An error is thrown, with its `code`.";
  const sections = words.map(({ heading, intro, texts }) => {
    const rows = Object.entries(texts).map(([word, text]) => `| \`${word}\` | ${cell(text)} |`);
    return `## ${heading}\n\n${intro}\n\n| Word | Meaning |\n| --- | --- |\n${rows.join("\n")}`;
  });
  return `${[head, ...sections].join("\n\n")}\n`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
