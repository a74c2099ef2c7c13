import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import {
  decodeBasicAuth,
  decryptBasicAuth,
  type Refusal,
  readTicketUnverified,
} from "@countersign/ticket";
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

test("finds the ticket in cookies, however they come", async () => {
  await using folder = await folderWithKeys("k");
  const cookie = (await run(folder.path, [...signed, "--cookie"])).stdout.trim();
  const inputs = [
    `auth_pubtkt=${cookie}`,
    `a=b; auth_pubtkt="${cookie}"; c=d`,
    `Cookie: a=b; auth_pubtkt=${cookie}\r\n`,
    `set-cookie: auth_pubtkt=${cookie}; Domain=example.com; Path=/; HttpOnly`,
    `HTTP/1.1 303 See Other\r\nSet-Cookie: a=b\r\nSet-Cookie: auth_pubtkt=${cookie}; Path=/\r\n`,
  ];
  for (const input of inputs) {
    assert.match(
      (await run(folder.path, verify, { input })).stdout,
      /^valid\nuser {12}ada\n/,
      input,
    );
    const { code, stdout } = await run(folder.path, ["ticket", "show"], { input });
    assert.equal(code, 0, input);
    assert.match(stdout, /^not verified.*\nuser {12}ada\n/, input);
  }
});

test("of several cookies any valid one counts, and each is shown", async () => {
  await using folder = await folderWithKeys("k");
  const cookie = (await run(folder.path, [...signed, "--cookie"])).stdout.trim();
  const forged = cookie.replace("uid%3Dada", "uid%3Deve");
  const header = `Cookie: t=${forged}; t=%zz; t=${cookie}; auth_pubtkt=x`;
  const named = ["--cookie-name", "t"];
  const verified = await run(folder.path, [...verify, ...named], { input: header });
  assert.match(verified.stdout, /^valid\nuser {12}ada\n/);
  const onlyForged = header.replace(cookie, "");
  const refused = await run(folder.path, [...verify, ...named], { input: onlyForged });
  assert.deepEqual([refused.code, /^refused: bad-signature/.test(refused.stdout)], [1, true]);

  const show = ["ticket", "show", ...named];
  const shown = await run(folder.path, show, { input: header });
  assert.equal(shown.code, 0);
  const users = shown.stdout.match(/^(?:user {12}\w+|no ticket)/gm);
  assert.deepEqual(users, ["user            eve", "no ticket", "user            ada"]);
  const list = JSON.parse((await run(folder.path, [...show, "--json"], { input: header })).stdout);
  assert.deepEqual(
    list.map(({ ticket }: { ticket?: { uid: string } }) => ticket?.uid),
    ["eve", undefined, "ada"],
  );
});

test("cookies without the one that is looked for are refused, and a name that is none", async () => {
  await using folder = await folderWithKeys("k");
  const input = "Cookie: a=b";
  assert.match((await run(folder.path, verify, { input })).stdout, /^refused: malformed: /);
  const shown = await run(folder.path, ["ticket", "show"], { input });
  assert.deepEqual([shown.code, shown.stdout], [1, "no ticket: there is no cookie auth_pubtkt\n"]);
  for (const name of ["", "a b", "a="]) {
    const { code } = await run(folder.path, ["ticket", "show", "--cookie-name", name], { input });
    assert.equal(code, 2);
  }
});

test("writes bauth from a file or standard input, encrypted or only encoded", async () => {
  await using folder = await folderWithKeys("k");
  const write = (name: string, text: string) => writeFile(join(folder.path, name), text);
  await write("credentials", "ada:sesame\n");
  await write("key", "0123456789abcdef\n");
  const issue = async (args: readonly string[], input?: string) => {
    const options = input === undefined ? {} : { input };
    const { stdout } = await run(folder.path, [...signed, ...args], options);
    return readTicketUnverified(stdout.trim()).basicAuth ?? "";
  };
  assert.equal(decodeBasicAuth(await issue(["--basic-auth-file", "credentials"])), "ada:sesame");
  assert.equal(decodeBasicAuth(await issue(["--basic-auth-file", "-"], "eve:x\n")), "eve:x");
  const encrypted = ["--basic-auth-file", "credentials", "--passthrough-key-file", "key"];
  const [one, other] = [await issue(encrypted), await issue(encrypted)];
  assert.notEqual(one, other);
  for (const bauth of [one, other]) {
    assert.equal(decryptBasicAuth(bauth, "0123456789abcdef"), "ada:sesame");
  }
});

test("issues nothing with unusable basic auth, and repeats nothing of it", async () => {
  await using folder = await folderWithKeys("k");
  const files = {
    credentials: "ada:sesame",
    word: "sesame",
    short: "sesame",
    binary: Buffer.from([...Buffer.from("sesame-12-345"), 0xff]),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text);
  const refused: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [["--basic-auth-file", "no"], /cannot read no/],
    [["--basic-auth-file", "word"], /user:password/],
    [["--passthrough-key-file", "short"], /needs --basic-auth-file/],
    ...["short", "binary"].map(
      (key) =>
        [
          ["--basic-auth-file", "credentials", "--passthrough-key-file", key],
          /exactly 16 bytes/,
        ] as const,
    ),
  ];
  for (const [args, message] of refused) {
    const { code, stdout, stderr } = await run(folder.path, [...signed, ...args]);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /sesame/);
  }
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
