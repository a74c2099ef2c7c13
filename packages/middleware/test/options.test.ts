import assert from "node:assert/strict";
import { test } from "node:test";
import { exportPublicJwk, generatePrivateKeyPem, importPublicKey } from "@countersign/ticket";
import { countersign } from "../src/node-http.ts";
import type { CountersignOptions } from "../src/options.ts";
import { publicKey } from "./keys.ts";

const good = { origin: "https://a.example", publicKey };

const wrong = {
  "a misspelled option": [
    { ...good, anyOfToken: ["a"] },
    /unknown option "anyOfToken"; known are origin,/,
  ],
  "an option of another program": [{ ...good, places: [] }, /unknown option "places"/],
  "no origin": [{ publicKey }, /option origin is missing/],
  "an empty list of keys": [{ ...good, publicKey: [] }, /option publicKey is missing/],
  "a token instead of a list": [
    { ...good, anyOfTokens: "admin" },
    /option anyOfTokens is a list of strings/,
  ],
  "a list of something else": [{ ...good, users: [1] }, /option users is a list of strings/],
  "a word instead of a flag": [{ ...good, requireTls: "no" }, /option requireTls is true or false/],
  "an access that there is not": [
    { ...good, access: "Optional" },
    /option access is one of required, optional, public/,
  ],
  "a compatibility that there is not": [
    { ...good, compatibility: "all" },
    /option compatibility is only mod_auth_pubtkt/,
  ],
  "an age that is no number": [
    { ...good, maxSignInAgeSeconds: "60" },
    /option maxSignInAgeSeconds is a number of at least 1/,
  ],
  "a moment instead of a clock": [{ ...good, now: 100 }, /option now is a function/],
  "a name instead of names": [{ ...good, identityNames: "X-User" }, /identityNames is an object/],
  "a loop key that can be guessed": [
    { ...good, loopKey: "secret" },
    /option loopKey is a string of at least 32 characters/,
  ],
  "an origin with a path": [
    { ...good, origin: "https://a.example/app" },
    /site's origin is scheme/,
  ],
  "a login URL without a host": [
    { ...good, loginUrl: "/login" },
    /^login: an address to redirect to/,
  ],
  "a key that is none": [
    { ...good, publicKey: "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----" },
    /neither PEM nor JWK/,
  ],
  "a key's file name": [
    { ...good, publicKey: "ticket.pub.pem" },
    /publicKey is PEM or JWK.*: pass the key's text, not its file name/,
  ],
  "a file name among keys": [{ ...good, publicKey: [publicKey, "old.pem"] }, /not its file name/],
  "a word in place of an assertion": [
    { ...good, assertion: "yes" },
    /option assertion is an object, or "none"/,
  ],
  "a private key": [{ ...good, publicKey: generatePrivateKeyPem("ed25519") }, /private key/],
  "everyone as a proxy": [{ ...good, trustedProxies: ["0.0.0.0/0"] }, /range of addresses/],
} satisfies Record<string, [object, RegExp]>;

for (const [what, [options, message]] of Object.entries(wrong)) {
  test(`refuses at the start: ${what}`, () => {
    assert.throws(() => countersign(options as CountersignOptions), { message });
  });
}

test("an error of an option does not repeat what may be a secret", () => {
  const options = { ...good, loopKey: "hunter2" };
  assert.throws(
    () => countersign(options),
    ({ message }: Error) => !message.includes("hunter2"),
  );
});

test("takes keys as PEM and as the text of a JWK", () => {
  const jwk = JSON.stringify(exportPublicJwk(importPublicKey(publicKey)));
  assert.doesNotThrow(() => countersign({ ...good, publicKey: [publicKey, `\n${jwk}`] }));
});

test("takes an option that is left undefined for one that is not there", () => {
  assert.doesNotThrow(() => countersign({ ...good, access: undefined, users: undefined }));
});
