import type * as z from "zod";
import { type OutlineRow, outlineOf } from "./outline.ts";

/** A Markdown page with a table of every setting; `intro` stands between title and table. */
export function referencePageOf(
  schema: z.ZodType,
  { title, intro }: { readonly title: string; readonly intro: string },
): string {
  const rows = outlineOf(schema).map(tableRow);
  const head = ["| Setting | Takes | Without it | Meaning |", "| --- | --- | --- | --- |"];
  return `# ${title}\n\n${intro.trim()}\n\n${[...head, ...rows].join("\n")}\n`;
}

function tableRow({ setting, type, need, description }: OutlineRow): string {
  const without = typeof need === "string" ? need : `\`${need.default}\``;
  return `| ${[`\`${setting}\``, type, without, description].map(cell).join(" | ")} |`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s+/g, " ");
}
