import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Visit } from "@countersign/gateway";
import {
  allowLegacySignatures,
  createIssuer,
  encodeTicket,
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  type SigningKey,
  verificationKeyOf,
} from "@countersign/ticket";
import { openGateway } from "../src/sites.ts";
import { folderFor, settingsFrom } from "./running.ts";
import { now } from "./sample.ts";

const sha256 = importPrivateKey(generatePrivateKeyPem("rsa"));
const old = importPrivateKey(generatePrivateKeyPem("rsa"), {
  digest: "sha1",
  legacy: allowLegacySignatures,
});
const keyFiles = { "new.pem": sha256, "old.pem": old };

function folderWithKeys(context: TestContext): string {
  const folder = folderFor(context);
  for (const [name, key] of Object.entries(keyFiles)) {
    writeFileSync(join(folder, name), exportPublicPem(verificationKeyOf(key)));
  }
  writeFileSync(join(folder, "private.pem"), generatePrivateKeyPem("ed25519"));
  return folder;
}

function settingsWith(keys: object[], sites: object[], more: object = {}) {
  return settingsFrom({ http: ["unix:/tmp/x.sock"], keys, sites, ...more });
}

function visitTo(host: string, key: SigningKey): Visit {
  const ticket = createIssuer(key).issue({ uid: "ada", validUntil: now + 100 });
  return {
    method: "GET",
    httpVersion: "1.1",
    scheme: "http",
    host,
    target: "/",
    clientAddress: "192.0.2.7",
    cookies: `auth_pubtkt=${encodeTicket(ticket)}`,
    wants: "page",
  };
}

const bothKeys = [{ file: "new.pem" }, { file: "old.pem", digest: "sha1" }];
const strict = { origin: "http://strict.example.com" };
const lenient = { origin: "http://old.example.com", compatibility: "mod_auth_pubtkt" };

for (const entries of [100, 100_000]) {
  test(`accepts SHA-1 only where a site says so, with ${entries} cached tickets`, async (context) => {
    const settings = settingsWith(bothKeys, [strict, lenient], { cache: { entries } });
    const gateway = await openGateway(settings, folderWithKeys(context));
    const kinds = (host: string, key: SigningKey) => gateway.decide(visitTo(host, key), now).kind;
    // Twice, since what one site has verified must not let it into the other from the cache.
    for (const _ of [1, 2]) {
      assert.equal(kinds("old.example.com", old), "allow");
      assert.equal(kinds("strict.example.com", old), "forbid");
      assert.equal(kinds("old.example.com", sha256), "allow");
      assert.equal(kinds("strict.example.com", sha256), "allow");
    }
  });
}

const failing = {
  "unreadable-key": [[{ file: "missing.pem" }], [strict]],
  "bad-key": [[{ file: "private.pem" }], [strict]],
  "no-usable-key": [[{ file: "old.pem", digest: "sha1" }], [lenient, strict]],
} satisfies Record<string, [object[], object[]]>;

for (const [code, [keys, sites]] of Object.entries(failing)) {
  test(`does not start: ${code}`, async (context) => {
    const opening = openGateway(settingsWith(keys, sites), folderWithKeys(context));
    await assert.rejects(opening, { name: "GatewayError", code });
  });
}
