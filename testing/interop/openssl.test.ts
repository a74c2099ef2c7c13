import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  allowLegacySignatures,
  anyClientAddress,
  anyConfirmation,
  anyHost,
  createIssuer,
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  importPublicKey,
  verificationKeyOf,
  verifyTicket,
} from "@countersign/ticket";
import { keyKinds, nameOf, type SigningWay, waysOf } from "../kit/algorithms.ts";
import {
  isAcceptedByOpenssl,
  isKeyOfOpenssl,
  type KeyFiles,
  type KeyKind,
  makeKeyFiles,
  signWithOpenssl,
} from "../kit/openssl.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";

const now = 1_000;
const anywhere = {
  now,
  clientAddress: anyClientAddress,
  host: anyHost,
  confirmedKey: anyConfirmation,
} as const;

for (const kind of keyKinds) {
  test(`${nameOf(kind)}: a key that openssl made`, async (t) => {
    const files = makeKeyFiles(temporaryFolder(t), kind);
    await testBothDirections(t, kind, files);
  });

  test(`${nameOf(kind)}: a key that we made`, async (t) => {
    const files = makeOurKeyFiles(temporaryFolder(t), kind);
    await t.test("is sound to openssl", () => {
      assert.ok(isKeyOfOpenssl(files.privateFile, "private"));
      assert.ok(isKeyOfOpenssl(files.publicFile, "public"));
    });
    await testBothDirections(t, kind, files);
  });
}

const oldForms = [
  { kind: { type: "rsa", bits: 2048 }, command: ["rsa", "-traditional"] },
  { kind: { type: "dsa", bits: 2048 }, command: ["pkey", "-traditional"] },
  { kind: { type: "ecdsa" }, command: ["ec"] },
] as const;

for (const { kind, command } of oldForms) {
  test(`${nameOf(kind)}: a private key in the form older than PKCS#8 is the same key`, (t) => {
    const files = makeKeyFiles(temporaryFolder(t), kind);
    const oldForm = execFileSync("openssl", [...command, "-in", files.privateFile], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    assert.match(oldForm, /^-----BEGIN (RSA|DSA|EC) PRIVATE KEY-----/);
    const key = importPrivateKey(oldForm, { legacy: allowLegacySignatures });
    assert.equal(exportPublicPem(verificationKeyOf(key)), readFileSync(files.publicFile, "utf8"));
  });
}

async function testBothDirections(t: test.TestContext, kind: KeyKind, files: KeyFiles) {
  for (const way of waysOf(kind)) {
    await t.test(`${way.algorithm}: a ticket that openssl signed verifies here`, () => {
      verifiesHere(files, way);
    });
    await t.test(`${way.algorithm}: a ticket of ours verifies with openssl`, () => {
      verifiesThere(files, way);
    });
  }
}

function verifiesHere({ privateFile, publicFile }: KeyFiles, way: SigningWay): void {
  const payload = `uid=ada;validuntil=${now + 60};tokens=staff,ops;udata=größer = mehr`;
  const signature = signWithOpenssl(privateFile, way.commandDigest, payload).toString("base64");
  const key = importPublicKey(readFileSync(publicFile, "utf8"), legacy(way));
  assert.equal(key.algorithm, way.algorithm);

  const verification = verifyTicket(`${payload};sig=${signature}`, [key], anywhere);
  assert.ok(verification.ok);
  assert.equal(verification.ticket.uid, "ada");
  assert.equal(verification.ticket.userData, "größer = mehr");

  const changed = `${payload.replace("ops", "admin")};sig=${signature}`;
  const refusal = verifyTicket(changed, [key], anywhere);
  assert.deepEqual(refusal, { ok: false, refusal: "bad-signature" });
}

function verifiesThere({ privateFile, publicFile }: KeyFiles, way: SigningWay): void {
  const key = importPrivateKey(readFileSync(privateFile, "utf8"), legacy(way));
  const ticket = createIssuer(key).issue({ uid: "zoë", validUntil: now, tokens: ["staff"] });
  const [payload, encoded] = ticket.split(";sig=") as [string, string];
  const signature = Buffer.from(encoded, "base64");
  assert.ok(isAcceptedByOpenssl(publicFile, way.commandDigest, payload, signature));
  const changed = payload.replace("staff", "admin");
  assert.ok(!isAcceptedByOpenssl(publicFile, way.commandDigest, changed, signature));
}

function makeOurKeyFiles(folder: string, kind: KeyKind): KeyFiles {
  const files = { privateFile: join(folder, "key.pem"), publicFile: join(folder, "key.pub.pem") };
  const pem = generatePrivateKeyPem(kind.type, "bits" in kind ? kind.bits : undefined);
  writeFileSync(files.privateFile, pem);
  const key = importPrivateKey(pem, { legacy: allowLegacySignatures });
  writeFileSync(files.publicFile, exportPublicPem(verificationKeyOf(key)));
  return files;
}

function legacy({ digest }: SigningWay) {
  return { digest, legacy: allowLegacySignatures } as const;
}
