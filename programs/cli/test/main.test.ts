import assert from "node:assert/strict";
import { test } from "node:test";
import manifest from "../package.json" with { type: "json" };
import { run, temporaryFolder } from "./command.ts";

test("prints its version", async () => {
  await using folder = await temporaryFolder();
  const { code, stdout } = await run(folder.path, ["--version"]);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: `${manifest.version}\n` });
});

test("prints help with every command, on standard output when asked for", async () => {
  await using folder = await temporaryFolder();
  const { code, stdout, stderr } = await run(folder.path, ["--help"]);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  for (const name of ["keys", "ticket", "users", "login", "gateway", "check", "demo"]) {
    assert.match(stdout, new RegExp(`^  ${name} `, "m"));
  }
  assert.match(stdout, /Examples:\n {2}countersign demo/);
});

test("prints help on standard error when there is no command", async () => {
  await using folder = await temporaryFolder();
  const { code, stdout, stderr } = await run(folder.path, []);
  assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
  assert.match(stderr, /^Usage: countersign/);
});

test("prints no colour into a pipe", async () => {
  await using folder = await temporaryFolder();
  const environment = { FORCE_COLOR: "1", TERM: "xterm-256color" };
  const { stdout } = await run(folder.path, ["--help"], { environment });
  assert.ok(!stdout.includes("\u001b"));
});

const wrong: Record<string, [args: string[], message: RegExp]> = {
  "an unknown command": [["tikcet"], /unknown command 'tikcet'\n\(Did you mean ticket\?\)/],
  "an unknown option": [["keys", "list", "--jsno", "."], /unknown option '--jsno'/],
  "a missing argument": [["keys", "new"], /missing required argument 'file'/],
  "a missing option": [["login"], /required option '--config <file>' not specified/],
  "one argument too many": [["keys", "show", "a", "b"], /too many arguments/],
  "options that exclude each other": [["keys", "show", "a", "--jwk", "--json"], /cannot be used/],
  "a group without its command": [["ticket"], /Usage: countersign ticket/],
};

for (const [name, [args, message]] of Object.entries(wrong)) {
  test(`answers ${name} with exit code 2 and words`, async () => {
    await using folder = await temporaryFolder();
    const { code, stdout, stderr } = await run(folder.path, args);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^ {4}at /m);
  });
}
