import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Refusal } from "@countersign/ticket";
import { makeKeys, run, temporaryFolder } from "./command.ts";

async function folderWithKeys(...names: string[]) {
  const folder = await temporaryFolder();
  await Promise.all(names.map((name) => makeKeys(folder.path, name)));
  return folder;
}

const signed = ["ticket", "issue", "--key", "k", "--uid", "ada", "--valid-until", "2000000000"];
const verify = ["ticket", "verify", "--key", "k.pub", "--now", "1900000000"];

test("issues a ticket that it verifies, from standard input and from an argument", async () => {
  await using folder = await folderWithKeys("k");
  const { code, stdout: ticket, stderr } = await run(folder.path, signed);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.match(ticket, /^uid=ada;validuntil=2000000000;.*;sig=[A-Za-z0-9+/=]+\n$/);
  const piped = await run(folder.path, verify, { input: ticket });
  assert.deepEqual([piped.code, piped.stderr], [0, ""]);
  assert.match(piped.stdout, /^valid\nuser {12}ada\nvalid until {5}2033-05-18T03:33:20Z /);
  const argued = await run(folder.path, [...verify, ticket.trim()]);
  assert.deepEqual([argued.code, argued.stdout], [0, piped.stdout]);
  assert.match(argued.stderr, /standard input is safer/);
});

test("writes every field that it is given, and reads them back", async () => {
  await using folder = await folderWithKeys("k");
  const { stdout } = await run(folder.path, [
    ...[...signed, "--grace", "1h", "--token", "staff,ops", "--token", "x", "--user-data", "a b+c"],
    ...["--client-address", "2001:DB8::7", "--multifactor", "--audience", "Wiki.example.com"],
    ...["--issued-at", "2033-05-17T00:00:00Z", "--sign-in-id", "s1", "--ticket-id", "t1"],
    ...["--confirmation-key", "A".repeat(43), "--json"],
  ]);
  const { ticket, encoded, keyId } = JSON.parse(stdout);
  const expected = {
    uid: "ada",
    validUntil: 2000000000,
    graceAfter: 1999996400,
    tokens: ["staff", "ops", "x"],
    userData: "a b+c",
    clientAddress: "2001:db8::7",
    multifactor: true,
    audience: ["wiki.example.com"],
    issuedAt: 1999900800,
    signInId: "s1",
    ticketId: "t1",
    confirmationKey: "A".repeat(43),
    keyId,
    otherFields: {},
  };
  for (const input of [ticket, encoded, `${encoded}\n`]) {
    const shown = await run(folder.path, ["ticket", "show", "--json"], { input });
    const { verified, ticket: fields } = JSON.parse(shown.stdout);
    assert.deepEqual({ verified, fields }, { verified: false, fields: expected });
  }
  const { stderr, stdout: verified } = await run(folder.path, [...verify, "--json"], {
    input: encoded,
  });
  assert.deepEqual(JSON.parse(verified), { ok: true, inGrace: false, ticket: expected });
  assert.match(stderr, /client address.*\n.*audience.*\n.*bound to/);
});

test("prints a cookie's value on request", async () => {
  await using folder = await folderWithKeys("k");
  const { stdout } = await run(folder.path, [...signed, "--cookie"]);
  assert.match(stdout, /^uid%3Dada%3B[\w%.~-]+\n$/);
});

const demanding = [
  ...["--client-address", "192.0.2.7", "--audience", "wiki.example.com"],
  ...["--confirmation-key", "A".repeat(43)],
];

const refusals = {
  malformed: { change: () => "uid=ada" },
  "unknown-key": { keys: ["--key", "other.pub"] },
  "bad-signature": { change: (ticket: string) => ticket.replace("uid=ada", "uid=eve") },
  "wrong-audience": { args: ["--host", "shop.example.com"] },
  "wrong-address": { args: ["--client-address", "192.0.2.8"] },
  "unconfirmed-key": { args: ["--confirmed-key", "B".repeat(43)] },
  expired: { args: ["--now", "2000000001"] },
} satisfies Record<
  Refusal,
  { change?: (ticket: string) => string; keys?: string[]; args?: string[] }
>;

test("refuses with exit code 1 and the reason, as words and as JSON", async () => {
  await using folder = await folderWithKeys("k", "other");
  const ticket = (await run(folder.path, [...signed, ...demanding])).stdout;
  for (const [refusal, how] of Object.entries(refusals)) {
    const {
      change = (text: string) => text,
      keys = ["--key", "k.pub"],
      args = [],
    } = {
      ...{ change: undefined, keys: undefined, args: undefined },
      ...how,
    };
    const command = ["ticket", "verify", ...keys, "--now", "1900000000", ...args];
    const input = change(ticket);
    const words = await run(folder.path, command, { input });
    assert.equal(words.code, 1, refusal);
    assert.match(words.stdout, new RegExp(`^refused: ${refusal}: `));
    const json = await run(folder.path, [...command, "--json"], { input });
    assert.equal(json.code, 1, refusal);
    const { ok, refusal: reason } = JSON.parse(json.stdout);
    assert.deepEqual({ ok, reason }, { ok: false, reason: refusal });
  }
});

test("accepts what is demanded, from any of several keys, at the last second", async () => {
  await using folder = await folderWithKeys("k", "other");
  const input = (await run(folder.path, [...signed, ...demanding, "--grace", "60"])).stdout;
  const { code, stdout, stderr } = await run(
    folder.path,
    [
      ...["ticket", "verify", "--key", "other.pub", "--key", "k.pub", "--now", "2000000000"],
      ...["--client-address", "192.0.2.7", "--host", "WIKI.example.com"],
      ...["--confirmed-key", "A".repeat(43)],
    ],
    { input },
  );
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^valid, due for renewal\n/);
});

test("SHA-1 and DSA need --legacy, on both sides", async () => {
  await using folder = await temporaryFolder();
  await makeKeys(folder.path, "k", "rsa");
  const sha1 = ["--digest", "sha1"];
  const strict = await run(folder.path, [...signed, ...sha1]);
  assert.deepEqual([strict.code, strict.stdout], [2, ""]);
  assert.match(strict.stderr, /--legacy allows them/);
  const { stdout: input } = await run(folder.path, [...signed, ...sha1, "--legacy"]);
  assert.equal((await run(folder.path, [...verify, ...sha1], { input })).code, 2);
  assert.equal((await run(folder.path, [...verify, ...sha1, "--legacy"], { input })).code, 0);
  assert.equal((await run(folder.path, verify, { input })).code, 1);
});

test("shows a ticket without trusting it, and says so", async () => {
  await using folder = await folderWithKeys("k");
  const { stdout: ticket } = await run(folder.path, signed);
  const forged = ticket.replace("uid=ada", "uid=root;new=thing;bauth=c2VjcmV0OnNlY3JldA==");
  const { code, stdout } = await run(folder.path, ["ticket", "show"], { input: forged });
  assert.equal(code, 0);
  assert.match(stdout, /^not verified: anyone may have written this\nuser {12}root\n/);
  assert.match(stdout, /^\(new\) {11}thing$/m);
  assert.match(stdout, /^basic auth {6}\[secret\]$/m);
  assert.doesNotMatch(stdout, /c2VjcmV0/);
});

for (const args of [
  ["ticket", "show"],
  ["ticket", "show", "--json"],
]) {
  test(`${args.join(" ")} refuses what is no ticket with exit code 1`, async () => {
    await using folder = await temporaryFolder();
    for (const input of ["", "hello", "%zz", "a;b", "\u0000"]) {
      const { code, stdout } = await run(folder.path, args, { input });
      assert.equal(code, 1);
      assert.match(stdout, /no ticket|"ok": false/);
    }
  });
}

const unusable: Record<string, [args: string[], message: RegExp]> = {
  "no lifetime": [["--uid", "ada"], /give --valid-for DURATION or --valid-until TIME/],
  "two lifetimes": [["--uid", "a", "--valid-for", "1h", "--valid-until", "9"], /cannot be used/],
  "a lifetime without meaning": [["--uid", "a", "--valid-for", "1y"], /such as 8h/],
  "a time without meaning": [["--uid", "a", "--valid-until", "tomorrow"], /UTC time/],
  "a field that would add fields": [["--uid", "a;tokens=root", "--valid-for", "1h"], /uid: /],
  "an address without meaning": [
    ["--uid", "a", "--valid-for", "1h", "--client-address", "localhost"],
    /IPv4 or IPv6/,
  ],
  "fields that are too long": [
    ["--uid", "a", "--valid-for", "1h", "--user-data", "x".repeat(1000)],
    /udata.*longer than its limit/,
  ],
};

for (const [name, [args, message]] of Object.entries(unusable)) {
  test(`issues nothing for ${name}`, async () => {
    await using folder = await folderWithKeys("k");
    const command = ["ticket", "issue", "--key", "k", ...args];
    const { code, stdout, stderr } = await run(folder.path, command);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
    assert.match(stderr, message);
  });
}

test("takes no private key for verification, and no public key for issuing", async () => {
  await using folder = await folderWithKeys("k");
  const wrongHalf = await run(folder.path, ["ticket", "verify", "--key", "k"]);
  assert.equal(wrongHalf.code, 2);
  assert.match(wrongHalf.stderr, /a private key stands where only the public half belongs/);
  const issue = ["ticket", "issue", "--key", "k.pub", "--uid", "a", "--valid-for", "1h"];
  assert.equal((await run(folder.path, issue)).code, 2);
});

test("reads no more of standard input than a ticket could be", async () => {
  await using folder = await folderWithKeys("k");
  const { code, stderr } = await run(folder.path, verify, { input: "x".repeat(1_000_000) });
  assert.equal(code, 2);
  assert.match(stderr, /standard input has more than 16384 bytes/);
});

test("prints nothing of a private key, whatever is wrong with it", async () => {
  await using folder = await folderWithKeys("k");
  const pem = await readFile(join(folder.path, "k"), "utf8");
  const body = pem.split("\n")[1] ?? assert.fail("no PEM");
  for (const args of [
    ["ticket", "show"],
    ["ticket", "verify", "--key", "k.pub"],
  ]) {
    const { stdout, stderr } = await run(folder.path, args, { input: pem });
    assert.ok(!`${stdout}${stderr}`.includes(body));
  }
});
