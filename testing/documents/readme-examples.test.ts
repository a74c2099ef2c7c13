import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

// Inside the workspace, because there the packages are found by their names.
mkdirSync(`${root}.cache`, { recursive: true });
const folder = mkdtempSync(`${root}.cache/readme-`);
after(() => rmSync(folder, { recursive: true, force: true }));

/** The blocks marked `ts`; one marked `ts part` is an excerpt that cannot run alone. */
function examplesOf(page: string): string[] {
  const text = readFileSync(`${root}${page}`, "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? "");
}

/** What the example says it prints: the comment after each `console.log`, up to a colon. */
function promisesOf(example: string): string[] {
  return [...example.matchAll(/console\.log\(.*\); \/\/ ([^:\n]*)/g)].map(
    (match) => match[1] ?? "",
  );
}

const pages = globSync("packages/*/README.md", { cwd: root }).sort();

test("there are pages with examples", () => {
  assert.ok(pages.some((page) => examplesOf(page).length > 0));
});

for (const page of pages) {
  for (const [index, example] of examplesOf(page).entries()) {
    test(`${page}: example ${index + 1} prints what it says`, () => {
      const file = `${folder}/${page.replaceAll("/", "-")}-${index}.ts`;
      writeFileSync(file, example);
      const { stdout, stderr, status } = spawnSync(process.execPath, [file], {
        encoding: "utf8",
        timeout: 30_000,
      });
      assert.equal(status, 0, stderr);
      const promises = promisesOf(example);
      assert.ok(promises.length > 0, "the example prints nothing that could be checked");
      assert.deepEqual(stdout.trimEnd().split("\n"), promises);
    });
  }
}
