import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the README's example prints what the README says", () => {
  const [, example = "", output = ""] =
    /^```js\n(.*?)^```$.*?^```text\n(.*?)^```$/ms.exec(readme) ?? [];
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", example],
    {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      encoding: "utf8",
    },
  );
  assert.equal(stdout, output, stderr);
});
