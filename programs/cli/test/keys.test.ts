import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { run, temporaryFolder } from "./command.ts";

const kinds = [
  { args: [], type: "ed25519", bits: 256, algorithm: "ed25519", kty: "OKP" },
  { args: ["--type", "ecdsa"], type: "ecdsa", bits: 256, algorithm: "ecdsa-p256", kty: "EC" },
  { args: ["--type", "rsa"], type: "rsa", bits: 2048, algorithm: "rsa-sha256", kty: "RSA" },
  {
    args: ["--type", "dsa", "--bits", "1024"],
    type: "dsa",
    bits: 1024,
    algorithm: "dsa-sha256",
    kty: undefined,
  },
];

for (const { args, type, bits, algorithm, kty } of kinds) {
  test(`makes, shows and lists ${type} keys`, async () => {
    await using folder = await temporaryFolder();
    const made = await run(folder.path, ["keys", "new", "k.pem", "--json", ...args]);
    const { id, ...rest } = JSON.parse(made.stdout);
    assert.deepEqual(rest, { path: "k.pem", publicPath: "k.pem.pub", type, algorithm });
    assert.match(id, /^[\w-]{16}$/);
    const fromPrivate = await run(folder.path, ["keys", "show", "k.pem"]);
    const fromPublic = await run(folder.path, ["keys", "show", "k.pem.pub"]);
    assert.equal(fromPrivate.stdout, fromPublic.stdout);
    assert.equal(fromPublic.stdout, await readFile(join(folder.path, "k.pem.pub"), "utf8"));
    createPublicKey(fromPublic.stdout);
    const jwk = await run(folder.path, ["keys", "show", "k.pem", "--jwk"]);
    if (kty === undefined) {
      assert.deepEqual([jwk.code, jwk.stdout], [2, ""]);
      assert.match(jwk.stderr, /JWK has no form for DSA keys/);
    } else {
      const shown = JSON.parse(jwk.stdout);
      assert.deepEqual([shown.kty, shown.kid, shown.d], [kty, id, undefined]);
    }
    const listed = JSON.parse((await run(folder.path, ["keys", "list", ".", "--json"])).stdout);
    assert.deepEqual(listed, [
      { path: "k.pem", id, type, bits, half: "private", mode: "0600" },
      { path: "k.pem.pub", id, type, bits, half: "public", mode: "0644" },
    ]);
  });
}

test("gives the private key to its owner alone", async () => {
  await using folder = await temporaryFolder();
  const { stdout } = await run(folder.path, ["keys", "new", "k.pem"]);
  assert.match(stdout, /^private key {2}k\.pem\npublic key {3}k\.pem\.pub\nkey id {7}[\w-]{16}\n/);
  assert.equal((await stat(join(folder.path, "k.pem"))).mode & 0o777, 0o600);
  assert.doesNotMatch(stdout, /BEGIN/);
});

test("makes the folder that it is to write to, for its owner alone", async () => {
  await using folder = await temporaryFolder();
  const { code } = await run(folder.path, ["keys", "new", "new/keys/k.pem"]);
  assert.equal(code, 0);
  assert.equal((await stat(join(folder.path, "new/keys"))).mode & 0o777, 0o700);
});

for (const taken of ["k.pem", "k.pem.pub"]) {
  test(`overwrites nothing when ${taken} exists, and leaves nothing behind`, async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, taken), "precious");
    const { code, stderr } = await run(folder.path, ["keys", "new", "k.pem"]);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`${taken} exists; keys are never overwritten`));
    assert.deepEqual(await readdir(folder.path), [taken]);
    assert.equal(await readFile(join(folder.path, taken), "utf8"), "precious");
  });
}

const refused: Record<string, [args: string[], message: RegExp]> = {
  "a small RSA key": [["new", "k", "--type", "rsa", "--bits", "1024"], /2048 to 4096/],
  "a large DSA key": [["new", "k", "--type", "dsa", "--bits", "3072"], /1024 or 2048/],
  "a size for Ed25519": [["new", "k", "--bits", "256"], /one size/],
  "an unknown type": [["new", "k", "--type", "rot13"], /Allowed choices/],
  "a file that is missing": [["show", "no.pem"], /cannot read no\.pem: there is no such file/],
  "a file that is no key": [["show", "text"], /text: the key is neither PEM nor JWK/],
  "a folder for a key": [["show", "."], /not a regular file/],
  "a folder that cannot be listed": [["list", "no"], /no such file or directory/],
};

for (const [name, [args, message]] of Object.entries(refused)) {
  test(`refuses ${name}`, async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, "text"), "hunter2");
    const { code, stdout, stderr } = await run(folder.path, ["keys", ...args]);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /hunter2/);
    assert.deepEqual(await readdir(folder.path), ["text"]);
  });
}

test("warns of private keys that others can open, and passes over what is no key", async () => {
  await using folder = await temporaryFolder();
  await run(folder.path, ["keys", "new", "k.pem"]);
  await chmod(join(folder.path, "k.pem"), 0o640);
  await writeFile(join(folder.path, "login.yaml"), "listen: x");
  await mkdir(join(folder.path, "deeper"));
  const { code, stdout } = await run(folder.path, ["keys", "list", "."]);
  assert.equal(code, 0);
  assert.match(stdout, /private 0640 {2}k\.pem\n {2}warning: other users can open .* chmod 600/);
  assert.equal(stdout.trim().split("\n").length, 3);
  const show = await run(folder.path, ["keys", "show", "k.pem", "--json"]);
  assert.match(show.stderr, /^warning: k\.pem: other users/);
  assert.equal(JSON.parse(show.stdout).mode, "0640");
});
