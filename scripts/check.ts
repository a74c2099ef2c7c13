// Every check that needs no running program. All of them run, and all that is wrong is printed.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkArchitecture } from "./checks/architecture.ts";
import { checkCitations, readSections } from "./checks/citations.ts";
import { checkLinks } from "./checks/links.ts";
import { checkTarballs } from "./checks/publish.ts";
import { checkGenerated, checkStyle, checkTypes, checkUnused } from "./checks/tools.ts";
import { readTree } from "./checks/tree.ts";
import { packPackages } from "./packing/pack.ts";

const root = join(import.meta.dirname, "..");

const checks: Readonly<Record<string, () => Promise<readonly string[]> | readonly string[]>> = {
  types: () => checkTypes(root),
  style: () => checkStyle(root),
  unused: () => checkUnused(root),
  architecture: () => checkArchitecture(readTree(root)),
  citations: () => checkCitations(readTree(root), readSections()),
  links: () => checkLinks(readTree(root).documents, (path) => existsSync(join(root, path))),
  generated: () => checkGenerated(root),
  publish: () => checkTarballs(packPackages()),
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  const problems = await problemsOf(check);
  process.stdout.write(`${problems.length === 0 ? "✔" : "✖"} ${name}\n`);
  for (const problem of problems) process.stdout.write(`    ${problem}\n`);
  if (problems.length > 0) failed += 1;
}
process.stdout.write(`checks: ${Object.keys(checks).length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

/** A check that itself fails is a problem as well, and does not hide the checks after it. */
async function problemsOf(
  check: () => Promise<readonly string[]> | readonly string[],
): Promise<readonly string[]> {
  try {
    return await check();
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
