import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import {
  allowLegacySignatures,
  anyConfirmation,
  anyHost,
  createIssuer,
  createVerifier,
  type Digest,
  encodeTicket,
  importPrivateKey,
  importPublicKey,
  TicketError,
} from "@countersign/ticket";
import { digests, nameOf } from "../kit/algorithms.ts";
import { type KeyFiles, type KeyKind, makeKeyFiles } from "../kit/openssl.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import type { TicketScript } from "../kit/ticket-scripts.ts";

const now = 1_000;
const at = {
  now,
  clientAddress: "192.0.2.7",
  host: anyHost,
  confirmedKey: anyConfirmation,
} as const;

const kinds: readonly KeyKind[] = [
  { type: "rsa", bits: 2048 },
  { type: "dsa", bits: 1024 },
  { type: "dsa", bits: 2048 },
];

/** Texts that encodings get wrong: each travels as user data. */
const texts: Readonly<Record<string, string>> = {
  "a space and a plus": "one two+three + four",
  "percent signs": "100%, %41, %2B and %",
  "equals signs and ampersands": "a=1&b=2==",
  "quotes and a backslash": `"quoted" 'too' \\`,
  "text beyond ASCII": "Größe 日本語 😀",
  "nothing at all": "",
};

/** Declares the tests that hold for a writer and reader of tickets in any other language. */
export function testScript(language: string, script: TicketScript): void {
  for (const kind of kinds) {
    test(`${language} and we read each other's tickets of ${nameOf(kind)}`, async (t) => {
      const files = makeKeyFiles(temporaryFolder(t), kind);
      for (const digest of digests) {
        await t.test(`${digest}, written there`, () => readsTheirs(script, files, digest));
        await t.test(`${digest}, written here`, () => theyReadOurs(script, files, digest));
      }
    });
  }

  test(`${language} and we agree on every character`, async (t) => {
    const files = makeKeyFiles(temporaryFolder(t), { type: "rsa", bits: 2048 });
    for (const [name, text] of Object.entries(texts)) {
      await t.test(name, () => agreeOn(text, script, files));
    }
  });

  test(`a ticket of ${language} with SHA-1 or DSA is read only where that is allowed`, (t) => {
    assertOptIn(t, script);
  });
}

function readsTheirs(script: TicketScript, files: KeyFiles, digest: Digest): void {
  const fields = {
    uid: "ada",
    cip: "192.0.2.7",
    validuntil: String(now + 60),
    graceperiod: String(now - 1),
    tokens: "staff,ops",
    udata: "Ada Lovelace",
  };
  const value = script.write(fields, files.privateFile, digest);
  const verifier = verifierFor(files, digest);
  const verification = verifier.verifyCookies(`auth_pubtkt=${value}`, "auth_pubtkt", at);
  assert.ok(verification?.ok);
  const { ticket, inGrace } = verification;
  assert.equal(ticket.uid, "ada");
  assert.deepEqual(ticket.tokens, ["staff", "ops"]);
  assert.equal(ticket.userData, "Ada Lovelace");
  assert.equal(inGrace, true);

  const changed = value.replace("ada", "eve");
  assert.deepEqual(verifier.verifyEncoded(changed, at), { ok: false, refusal: "bad-signature" });
}

function theyReadOurs(script: TicketScript, files: KeyFiles, digest: Digest): void {
  const value = encodeTicket(
    issuerFor(files, digest).issue({
      uid: "ada",
      validUntil: now + 60,
      clientAddress: "2001:db8::7",
      tokens: ["staff", "ops"],
      userData: "Ada Lovelace",
      graceAfter: now,
      multifactor: true,
      signInId: "a-sign-in",
    }),
  );
  const fields = script.read(value, files.publicFile, digest);
  assert.equal(fields?.uid, "ada");
  assert.equal(fields?.cip, "2001:db8::7");
  assert.equal(fields?.validuntil, String(now + 60));
  assert.equal(fields?.graceperiod, String(now));
  assert.equal(fields?.multifactor, "1");
  assert.equal(fields?.tokens, "staff,ops");
  assert.equal(fields?.udata, "Ada Lovelace");

  assert.equal(script.read(value.replace("ada", "eve"), files.publicFile, digest), undefined);
}

function agreeOn(text: string, script: TicketScript, files: KeyFiles): void {
  const ours = issuerFor(files, "sha256").issue({ uid: "zoë", validUntil: now, userData: text });
  const there = script.read(encodeTicket(ours), files.publicFile, "sha256");
  assert.equal(there?.uid, "zoë");
  // An empty text and none are the same to everyone; we leave the field out.
  assert.equal(there?.udata ?? "", text);

  const fields = { uid: "zoë", validuntil: String(now), udata: text };
  const theirs = script.write(fields, files.privateFile, "sha256");
  const here = verifierFor(files, "sha256").verifyEncoded(theirs, at);
  assert.ok(here.ok);
  assert.equal(here.ticket.uid, "zoë");
  assert.equal(here.ticket.userData ?? "", text);
}

function assertOptIn(t: TestContext, script: TicketScript): void {
  const folder = temporaryFolder(t);
  const cases = [
    [{ type: "rsa", bits: 2048 }, "sha1"],
    [{ type: "dsa", bits: 2048 }, "sha256"],
  ] as const;
  for (const [kind, digest] of cases) {
    const files = makeKeyFiles(folder, kind);
    const publicKey = readFileSync(files.publicFile, "utf8");
    assert.throws(
      () => importPublicKey(publicKey, { digest }),
      (error) => error instanceof TicketError && error.code === "legacy-signature",
    );
    const fields = { uid: "ada", validuntil: String(now) };
    const value = script.write(fields, files.privateFile, digest);
    assert.equal(verifierFor(files, digest).verifyEncoded(value, at).ok, true);
  }
}

function verifierFor({ publicFile }: KeyFiles, digest: Digest) {
  const pem = readFileSync(publicFile, "utf8");
  return createVerifier({
    keys: [importPublicKey(pem, { digest, legacy: allowLegacySignatures })],
  });
}

function issuerFor({ privateFile }: KeyFiles, digest: Digest) {
  const pem = readFileSync(privateFile, "utf8");
  return createIssuer(importPrivateKey(pem, { digest, legacy: allowLegacySignatures }));
}
