// Writes the reference pages that come from the sources; `--check` only compares.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { outdatedPages } from "./reference/compare.ts";
import { referencePages } from "./reference/pages.ts";

const folder = join(import.meta.dirname, "../docs/reference");
const pages = referencePages();

if (process.argv.includes("--check")) {
  const outdated = outdatedPages(pages, folder);
  for (const problem of outdated) process.stdout.write(`${problem}\n`);
  process.exitCode = outdated.length === 0 ? 0 : 1;
} else {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of pages) {
    writeFileSync(join(folder, name), text);
    process.stdout.write(`docs/reference/${name}\n`);
  }
}
