import assert from "node:assert/strict";
import { test } from "node:test";
import {
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  verificationKeyOf,
} from "@countersign/ticket";
import { countersign } from "../src/node-http.ts";
import type { CountersignOptions } from "../src/options.ts";

const key = importPrivateKey(generatePrivateKeyPem("ed25519"));
const good = { origin: "https://a.example", publicKey: exportPublicPem(verificationKeyOf(key)) };

const wrong = {
  "a misspelled option": [
    { ...good, anyOfToken: ["a"] },
    /unknown option "anyOfToken"; known are origin,/,
  ],
  "no origin": [{ publicKey: good.publicKey }, /option origin is missing/],
  "an empty list of keys": [{ ...good, publicKey: [] }, /option publicKey is missing/],
  "a token instead of a list": [{ ...good, anyOfTokens: "admin" }, /option anyOfTokens is a list/],
  "an origin with a path": [
    { ...good, origin: "https://a.example/app" },
    /site's origin is scheme/,
  ],
  "a login URL without a host": [
    { ...good, loginUrl: "/login" },
    /^login: an address to redirect to/,
  ],
  "a key that is none": [{ ...good, publicKey: "ticket.pub.pem" }, /neither PEM nor JWK/],
  "a private key": [{ ...good, publicKey: generatePrivateKeyPem("ed25519") }, /private key/],
  "everyone as a proxy": [{ ...good, trustedProxies: ["0.0.0.0/0"] }, /range of addresses/],
} satisfies Record<string, [object, RegExp]>;

for (const [what, [options, message]] of Object.entries(wrong)) {
  test(`refuses at the start: ${what}`, () => {
    assert.throws(() => countersign(options as CountersignOptions), { message });
  });
}
