import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const packageFolder = new URL("..", import.meta.url);
const readme = readFileSync(new URL("README.md", packageFolder), "utf8");
const examples = [...readme.matchAll(/^```(?:ts|js)\n(.*?)^```$/gms)].map(([, code = ""]) => code);

/** What each example prints, in the order of the README. */
const printed = {
  "carries data between two connections": "hello\ntrue\n",
  "agrees on both sides by TCP-ENO": "A curve25519\nB curve25519\n",
};

test("every example of the README has its output here", () => {
  assert.equal(examples.length, Object.keys(printed).length);
});

for (const [index, [what, output]] of Object.entries(printed).entries()) {
  test(`an example of the README ${what}`, () => {
    const code = examples[index] ?? "";
    const run = ["--no-warnings", "--input-type=module-typescript", "--eval", code];
    const cwd = fileURLToPath(packageFolder);
    assert.equal(execFileSync(process.execPath, run, { cwd, encoding: "utf8" }), output);
  });
}
