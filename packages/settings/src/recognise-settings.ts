import type * as z from "zod";
import { inputSchemaOf, knownNames } from "./known-settings.ts";
import { readSettingsText } from "./settings-text.ts";

/**
 * Which of several programs a settings file is for, judged by its outermost names: the one that
 * knows the most of them. `undefined` when none knows any, or two know as many.
 */
export function recogniseSettings<K extends string>(
  text: string,
  schemas: Readonly<Record<K, z.ZodType>>,
): K | undefined {
  const read = readSettingsText("", text);
  if ("unreadable" in read || typeof read.value !== "object" || read.value === null) {
    return undefined;
  }
  const names = Object.keys(read.value);
  const counts = (Object.keys(schemas) as K[])
    .map((kind) => {
      const known = knownNames(inputSchemaOf(schemas[kind]), []);
      return { kind, count: names.filter((name) => known.includes(name)).length };
    })
    .sort((one, other) => other.count - one.count);
  const [best, second] = counts;
  if (best === undefined || best.count === 0 || best.count === second?.count) return undefined;
  return best.kind;
}
