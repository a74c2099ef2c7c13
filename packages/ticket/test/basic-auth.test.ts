import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import {
  checkBasicAuth,
  decodeBasicAuth,
  decryptBasicAuth,
  encodeBasicAuth,
  encryptBasicAuth,
} from "../src/basic-auth.ts";
import { TicketError } from "../src/ticket-error.ts";

const key = "0123456789abcdef";
const iv = new Uint8Array(16).fill(7);
const credentials = fc
  .tuple(fc.stringMatching(/^[a-z]{1,20}$/), fc.string({ unit: "grapheme", maxLength: 40 }))
  .map((parts) => parts.join(":"))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what credentials may not hold.
  .filter((text) => text.isWellFormed() && !/[\u0000-\u001f\u007f]/.test(text));

test("reads back what it wrote, plain and encrypted", () => {
  fc.assert(
    fc.property(credentials, (text) => {
      assert.equal(decodeBasicAuth(encodeBasicAuth(text)), text);
      assert.equal(decryptBasicAuth(encryptBasicAuth(text, key, iv), key), text);
    }),
  );
});

test("writes IV and AES-128-CBC, zero padded, as the old module reads it", () => {
  const cipher = createCipheriv("aes-128-cbc", key, iv).setAutoPadding(false);
  const block = Buffer.alloc(16);
  block.write("ada:secret");
  const expected = Buffer.concat([iv, cipher.update(block)]).toString("base64");
  assert.equal(encryptBasicAuth("ada:secret", key, iv), expected);
});

test("needs no block of padding when the credentials fill theirs", () => {
  const exact = "ada:123456789012";
  assert.equal(Buffer.from(encryptBasicAuth(exact, key, iv), "base64").length, 32);
  assert.equal(decryptBasicAuth(encryptBasicAuth(exact, key, iv), key), exact);
});

test("refuses what was encrypted with another key", () => {
  const value = encryptBasicAuth("ada:secret", key, iv);
  assert.throws(() => decryptBasicAuth(value, "fedcba9876543210"), { code: "bad-basic-auth" });
});

const notEncrypted = {
  "plain credentials": encodeBasicAuth("ada:secret"),
  "an IV alone": Buffer.alloc(16).toString("base64"),
  "half a block": Buffer.alloc(40).toString("base64"),
  nothing: "",
  "no Base64": "ada:secret",
};
for (const [what, value] of Object.entries(notEncrypted)) {
  test(`never half-decrypts ${what}`, () => {
    assert.throws(() => decryptBasicAuth(value, key), { code: "bad-basic-auth" });
  });
}

for (const text of ["nocolon", ":nouser", "a:b\r\nX: y", "a:\0"]) {
  test(`refuses the credentials ${JSON.stringify(text)}`, () => {
    assert.throws(() => encodeBasicAuth(text), { code: "bad-basic-auth" });
    assert.throws(() => encryptBasicAuth(text, key, iv), { code: "bad-basic-auth" });
    const plain = Buffer.from(text).toString("base64");
    assert.throws(() => decodeBasicAuth(plain), { code: "bad-basic-auth" });
    assert.throws(() => checkBasicAuth(plain), { code: "bad-basic-auth" });
  });
}

test("passes plain credentials on in whatever characters they are", () => {
  for (const encoding of ["utf8", "latin1"] as const) {
    const value = Buffer.from("ada:Größe", encoding).toString("base64");
    assert.equal(checkBasicAuth(value), value);
  }
  assert.throws(() => checkBasicAuth("YTpi\n"), { code: "bad-basic-auth" });
});

test("throws nothing but its own error, whatever it reads", () => {
  const decrypt = (value: string) => decryptBasicAuth(value, key);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const value = Buffer.from(bytes).toString("base64");
      for (const read of [checkBasicAuth, decodeBasicAuth, decrypt]) {
        try {
          read(value);
        } catch (error) {
          assert.ok(error instanceof TicketError);
        }
      }
    }),
  );
});

test("takes keys of exactly 16 bytes", () => {
  assert.throws(() => encryptBasicAuth("a:b", "short", iv), RangeError);
  assert.throws(() => encryptBasicAuth("a:b", "é".repeat(16), iv), RangeError);
});
