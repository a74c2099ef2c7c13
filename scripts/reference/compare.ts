import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The pages that are not in `folder` as they would be generated now: one sentence each. */
export function outdatedPages(
  pages: ReadonlyMap<string, string>,
  folder: string,
): readonly string[] {
  return [...pages].flatMap(([name, text]) => {
    const path = join(folder, name);
    if (existsSync(path) && readFileSync(path, "utf8") === text) return [];
    return [`${path} is not what the sources say: npm run generate`];
  });
}
