import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readPublicText, readSecret } from "../src/key-texts.ts";
import type { World } from "../src/world.ts";
import { temporaryFolder } from "./temporary-folder.ts";

function worldWith(context: TestContext, mode: number): World {
  const baseFolder = temporaryFolder(context);
  writeFileSync(join(baseFolder, "key.pem"), "the key");
  chmodSync(join(baseFolder, "key.pem"), mode);
  const log = { info() {}, warn() {}, error() {} };
  return { baseFolder, log, now: () => 0, environment: { KEY: "the other key" } };
}

for (const mode of [0o400, 0o600, 0o700]) {
  test(`reads a secret from a file of mode ${mode.toString(8)}`, (context) => {
    assert.equal(readSecret({ file: "key.pem" }, worldWith(context, mode)), "the key");
  });
}

for (const mode of [0o640, 0o604, 0o620, 0o660, 0o644, 0o777]) {
  test(`refuses a secret from a file of mode ${mode.toString(8)}, and reads a public text`, (context) => {
    const world = worldWith(context, mode);
    assert.throws(() => readSecret({ file: "key.pem" }, world), {
      code: "unsafe-file-mode",
      message: /key\.pem: .*chmod 600/,
    });
    assert.equal(readPublicText("key.pem", world), "the key");
  });
}

test("reads a secret from the environment, and says which variable or file is missing", (context) => {
  const world = worldWith(context, 0o600);
  assert.equal(readSecret({ environment: "KEY" }, world), "the other key");
  const code = "secret-unreadable";
  assert.throws(() => readSecret({ environment: "NONE" }, world), { code, message: /NONE/ });
  assert.throws(() => readSecret({ file: "none.pem" }, world), { code, message: /none\.pem/ });
  assert.throws(() => readPublicText("none.pub", world), { code, message: /none\.pub/ });
});
