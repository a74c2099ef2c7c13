import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { readSecret, requireBytes } from "../src/secrets.ts";
import { folderFor } from "./running.ts";

test("reads a secret from a file without its last line end, or from a variable as it is", async (context) => {
  const baseFolder = folderFor(context);
  const environment = { KEY: "from outside \n" };
  for (const [text, secret] of [
    ["a b", "a b"],
    ["a\n", "a"],
    ["a\r\n", "a"],
    ["a\n\n", "a\n"],
  ] as const) {
    writeFileSync(`${baseFolder}/key`, text);
    assert.equal(await readSecret({ file: "key" }, "k", { baseFolder, environment }), secret);
  }
  const world = { baseFolder, environment };
  assert.equal(await readSecret({ environment: "KEY" }, "k", world), environment.KEY);
});

test("says which secret cannot be read, and where it should be", async (context) => {
  const world = { baseFolder: folderFor(context), environment: undefined };
  for (const source of [{ file: "no.key" }, { environment: "NO_KEY" }]) {
    const named = new RegExp(`^loopKey: ${Object.values(source)[0]}: `);
    await assert.rejects(readSecret(source, "loopKey", world), {
      name: "GatewayError",
      code: "unreadable-secret",
      message: named,
    });
  }
});

test("counts bytes, not characters", () => {
  assert.equal(requireBytes("0123456789abcdef", "k", 16), "0123456789abcdef");
  assert.equal(requireBytes("éééééééé", "k", 16), "éééééééé");
  for (const text of ["", "0123456789abcde", "0123456789abcdefg", "ééééééééé"]) {
    assert.throws(() => requireBytes(text, "k", 16), { code: "bad-secret", message: /^k: / });
  }
  assert.equal(requireBytes("x".repeat(64), "k", 32, 64).length, 64);
});
