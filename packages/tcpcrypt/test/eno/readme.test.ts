import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const [, section = ""] = readme.split("## Agreeing on encryption: TCP-ENO\n");
const [, example = ""] = /^```js\n(.*?)^```$/ms.exec(section) ?? [];

test("the README's example of TCP-ENO agrees on both sides", () => {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", example], {
    cwd,
    encoding: "utf8",
  });
  assert.equal(printed, "A curve25519\nB curve25519\n");
});
