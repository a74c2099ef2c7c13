import type * as z from "zod";
import { type OutlineRow, outlineOf } from "./outline.ts";

/** The settings as plain text for `--help`: a line for the name, an indented one for the rest. */
export function settingsHelpOf(schema: z.ZodType): string {
  return outlineOf(schema).map(entry).join("\n");
}

function entry({ setting, type, need, description }: OutlineRow): string {
  const without = typeof need === "string" ? need : `default ${need.default}`;
  const meaning = description === "" ? "" : `\n      ${description.replace(/\s+/g, " ")}`;
  return `  ${setting}: ${type} (${without})${meaning}`;
}
