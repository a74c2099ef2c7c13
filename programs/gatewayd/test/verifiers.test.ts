import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import {
  allowLegacySignatures,
  createEncodedCache,
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  type KeyType,
  verificationKeyOf,
} from "@countersign/ticket";
import { createVerifiers } from "../src/verifiers.ts";
import { folderFor } from "./running.ts";

function verifiersFor(context: TestContext) {
  const folder = folderFor(context);
  for (const type of ["ed25519", "dsa"] satisfies KeyType[]) {
    const key = importPrivateKey(generatePrivateKeyPem(type), { legacy: allowLegacySignatures });
    writeFileSync(`${folder}/${type}.pem`, exportPublicPem(verificationKeyOf(key)));
  }
  const cache = createEncodedCache({ maxEntries: 10, maxBytes: 10_000 });
  return createVerifiers(cache, folder);
}

const [good, old] = [{ file: "ed25519.pem" }, { file: "dsa.pem" }];

test("places with the same keys have the same verifier", async (context) => {
  const verifiers = verifiersFor(context);
  const first = await verifiers.for([good], false, "x");
  assert.equal(await verifiers.for([{ ...good }], false, "y"), first);
  assert.notEqual(await verifiers.for([good], true, "x"), first);
  assert.notEqual(await verifiers.for([good, old], false, "x"), first);
});

test("leaves old keys out unless they may be used, and says where none is left", async (context) => {
  const verifiers = verifiersFor(context);
  await verifiers.for([old], true, "x");
  await verifiers.for([good, old], false, "x");
  await assert.rejects(verifiers.for([old], false, "https://a.example"), {
    name: "GatewayError",
    code: "no-usable-key",
    message: /^https:\/\/a\.example: /,
  });
});

test("says which file is at fault", async (context) => {
  const verifiers = verifiersFor(context);
  await assert.rejects(verifiers.for([{ file: "no.pem" }], false, "x"), {
    code: "unreadable-key",
    message: /^no\.pem: /,
  });
});
