import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeBase64, encodeBase64 } from "../src/base64.ts";
import { decodeTicket, encodeTicket, tryDecodeTicket } from "../src/encoding.ts";
import { TicketError } from "../src/ticket-error.ts";

test("decodes what it encoded", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), (text) => {
      fc.pre(text.isWellFormed());
      const value = encodeTicket(text);
      assert.match(value, /^[A-Za-z0-9\-._~%]*$/);
      assert.equal(decodeTicket(value), text);
    }),
  );
});

test("reads a plus sign as a space, as PHP writes it", () => {
  assert.equal(decodeTicket("udata%3Da+b%2Bc"), "udata=a b+c");
});

test("takes off one pair of quotes and no more", () => {
  assert.equal(decodeTicket('"uid%3Da"'), "uid=a");
  assert.equal(decodeTicket('""uid""'), '"uid"');
  assert.equal(decodeTicket('"'), '"');
});

for (const value of ["%", "%4", "%zz", "%FF", "%C3", "%ED%A0%80", "a\u00e9", "a\tb", "a\0"]) {
  test(`refuses ${JSON.stringify(value)}`, () => {
    assert.throws(() => decodeTicket(value), { code: "bad-encoding" });
  });
}

test("refuses a value too long to be a ticket before it decodes", () => {
  assert.throws(() => decodeTicket("%41".repeat(1025)), { code: "too-long" });
  assert.equal(decodeTicket("%41".repeat(1024)).length, 1024);
});

test("throws nothing but its own error, whatever it decodes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (value) => {
      try {
        assert.equal(decodeTicket(value), tryDecodeTicket(value));
      } catch (error) {
        assert.ok(error instanceof TicketError);
        assert.equal(tryDecodeTicket(value), undefined);
      }
    }),
  );
});

test("reads Base64 back", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.deepEqual(new Uint8Array(decodeBase64(encodeBase64([bytes])) ?? []), bytes);
    }),
  );
});

for (const text of [
  "YQ",
  "YQ=",
  "YR==",
  "YQ===",
  "YQ== ",
  " YQ==",
  "Y-_=",
  "Y\nQ==",
  "YQ==YQ==",
  "é",
]) {
  test(`refuses the Base64 spelling ${JSON.stringify(text)}`, () => {
    assert.equal(decodeBase64(text), undefined);
  });
}
