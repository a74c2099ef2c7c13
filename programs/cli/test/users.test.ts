import assert from "node:assert/strict";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { run, temporaryFolder } from "./command.ts";

const database = ["--database", "login.db"];

async function folderWithAda() {
  const folder = await temporaryFolder();
  const add = ["users", "add", "ada", ...database, "--password-stdin", "--token", "staff,ops"];
  const { code } = await run(folder.path, add, { input: "correct horse\n" });
  assert.equal(code, 0);
  return folder;
}

test("adds, lists, changes and removes users", async () => {
  await using folder = await folderWithAda();
  const users = async (...args: string[]) => {
    const { code, stdout } = await run(folder.path, ["users", ...args, ...database]);
    return [code, stdout];
  };
  assert.deepEqual(await users("list"), [0, "ada  staff,ops\n"]);
  assert.deepEqual(await users("tokens", "ada"), [0, "staff\nops\n"]);
  assert.deepEqual(await users("tokens", "ada", "root", "a,b"), [0, "ada: tokens changed\n"]);
  assert.deepEqual(await users("tokens", "Ada"), [0, "root\na\nb\n"]);
  assert.deepEqual(await users("tokens", "ada", "--none"), [0, "ada: tokens changed\n"]);
  assert.deepEqual(await users("tokens", "ada"), [0, ""]);
  assert.deepEqual(await users("remove", "ada"), [0, "ada: removed\n"]);
  assert.deepEqual(await users("list"), [0, ""]);
  assert.deepEqual(await users("list", "--json"), [0, "[]\n"]);
});

test("keeps the database from other users of the machine", async () => {
  await using folder = await folderWithAda();
  assert.equal((await stat(join(folder.path, "login.db"))).mode & 0o077, 0);
});

test("makes a password up, and tells it once it is in force", async () => {
  await using folder = await temporaryFolder();
  const add = ["users", "add", "bob", ...database, "--generate"];
  const { code, stdout } = await run(folder.path, add);
  assert.equal(code, 0);
  assert.match(stdout, /^bob: added\npassword: ([a-z2-9]{5}-){3}[a-z2-9]{5}\n$/);
  const again = await run(folder.path, add);
  assert.deepEqual([again.code, again.stdout], [1, ""]);
  assert.match(again.stderr, /already a user of that name/);
});

test("lists users as JSON without their password hashes", async () => {
  await using folder = await folderWithAda();
  const { stdout } = await run(folder.path, ["users", "list", "--json", ...database]);
  const [{ name, tokens, disabled }] = JSON.parse(stdout);
  assert.deepEqual(
    { name, tokens, disabled },
    { name: "ada", tokens: ["staff", "ops"], disabled: false },
  );
  assert.doesNotMatch(stdout, /argon2|hash/i);
});

test("changes a password", async () => {
  await using folder = await folderWithAda();
  const passwd = ["users", "passwd", "ada", ...database, "--password-stdin"];
  const { code, stdout } = await run(folder.path, passwd, { input: "battery staple" });
  assert.deepEqual([code, stdout], [0, "ada: password changed\n"]);
});

const refused: Record<string, [code: number, args: string[], message: RegExp]> = {
  "a name that is taken": [1, ["add", "ADA", ...database, "--password-stdin"], /already a user/],
  "removing nobody": [1, ["remove", "eve", ...database], /no user of that name/],
  "a password for nobody": [1, ["passwd", "eve", ...database, "--generate"], /no user/],
  "tokens of nobody": [1, ["tokens", "eve", ...database], /no user of that name/],
  "tokens for nobody": [1, ["tokens", "eve", "root", ...database], /no user of that name/],
  "a name that is none": [2, ["add", "a;b", ...database, "--password-stdin"], /a name has/],
  "a token that is none": [2, ["tokens", "ada", "a;b", ...database], /a token has/],
  "tokens and none": [2, ["tokens", "ada", "x", "--none", ...database], /tokens or --none/],
  "no database named": [2, ["list"], /--config login\.yaml or --database FILE/],
  "two databases": [2, ["list", ...database, "--config", "x"], /cannot be used with/],
  "a database that is missing": [2, ["list", "--database", "no.db"], /no database no\.db/],
  "a password as an argument": [
    2,
    ["add", "eve", "hunter2", ...database],
    /too many arguments for 'add'. Expected 1 argument but got 2\.$/m,
  ],
  "no terminal": [2, ["passwd", "ada", ...database], /no terminal to type a password/],
};

test("refuses with exit code 1 what is not so, and with 2 what cannot be done", async () => {
  await using folder = await folderWithAda();
  for (const [name, [code, args, message]] of Object.entries(refused)) {
    const result = await run(folder.path, ["users", ...args], { input: "correct horse" });
    assert.deepEqual([result.code, result.stdout], [code, ""], name);
    assert.match(result.stderr, message, name);
    assert.doesNotMatch(result.stderr, /hunter2|correct horse|^ {4}at /m, name);
  }
  const { stdout } = await run(folder.path, ["users", "list", ...database]);
  assert.equal(stdout, "ada  staff,ops\n");
});

test("refuses a password that is too short", async () => {
  await using folder = await temporaryFolder();
  const add = ["users", "add", "ada", ...database, "--password-stdin"];
  const { code, stderr } = await run(folder.path, add, { input: "short" });
  assert.equal(code, 2);
  assert.match(stderr, /at least 8 characters/);
});

test("finds the database by the login server's settings", async () => {
  await using folder = await temporaryFolder();
  const settings = `
    listen: 127.0.0.1:0
    publicUrl: https://sso.example.com
    database: ./people.db
    signingKey: { file: k.pem }
    sites: ["https://*.example.com"]
    cookie: { domain: example.com }
  `;
  await writeFile(join(folder.path, "login.yaml"), settings);
  const config = ["--config", "login.yaml"];
  const add = ["users", "add", "ada", "--generate", ...config];
  assert.equal((await run(folder.path, add)).code, 0);
  assert.ok((await stat(join(folder.path, "people.db"))).isFile());
  await writeFile(join(folder.path, "login.yaml"), "lisen: 1");
  const broken = await run(folder.path, ["users", "list", ...config]);
  assert.equal(broken.code, 2);
  assert.match(
    broken.stderr,
    /login\.yaml:1:1: lisen: expected a known setting; did you mean "listen"/,
  );
});
