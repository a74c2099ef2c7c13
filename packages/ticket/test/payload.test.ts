import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { byteLength } from "../src/fields.ts";
import { keyIdHint, parsePayload, splitSignature, writePayload } from "../src/payload.ts";
import type { Ticket } from "../src/ticket.ts";
import { TicketError, type TicketErrorCode } from "../src/ticket-error.ts";
import { ticketFields } from "./arbitrary.ts";

const absent: Ticket = {
  uid: "",
  validUntil: 0,
  clientAddress: undefined,
  tokens: [],
  userData: undefined,
  graceAfter: undefined,
  basicAuth: undefined,
  multifactor: false,
  keyId: undefined,
  issuedAt: undefined,
  signInId: undefined,
  ticketId: undefined,
  audience: [],
  confirmationKey: undefined,
  otherFields: new Map(),
};

test("reads a ticket as old writers make it", () => {
  assert.deepEqual(parsePayload("uid=foobar;validuntil=123456789;tokens=;udata="), {
    ...absent,
    uid: "foobar",
    validUntil: 123456789,
  });
});

test("reads every field", () => {
  const thumbprint = "a".repeat(43);
  const payload =
    "uid=ada;cip=192.0.2.7;validuntil=1000;graceperiod=900;multifactor=1;tokens=staff,ops;" +
    `udata=x=1&y;bauth=YTpi;kid=0123456789abcdef;iat=800;sid=S1;jti=J1;aud=wiki.example.com;cnf=${thumbprint};shoe=42`;
  assert.deepEqual(parsePayload(payload), {
    uid: "ada",
    validUntil: 1000,
    clientAddress: "192.0.2.7",
    tokens: ["staff", "ops"],
    userData: "x=1&y",
    graceAfter: 900,
    basicAuth: "YTpi",
    multifactor: true,
    keyId: "0123456789abcdef",
    issuedAt: 800,
    signInId: "S1",
    ticketId: "J1",
    audience: ["wiki.example.com"],
    confirmationKey: thumbprint,
    otherFields: new Map([["shoe", "42"]]),
  });
});

test("takes a grace period of 0 and an empty multifactor as absent, as old writers mean it", () => {
  const ticket = parsePayload("uid=ada;validuntil=9;graceperiod=0;multifactor=;cip=;bauth=");
  assert.deepEqual(ticket, { ...absent, uid: "ada", validUntil: 9 });
});

const multifactors: Record<string, boolean | TicketErrorCode> = {
  "": false,
  "0": false,
  "1": true,
  "2": false,
  "10": false,
  "01": true,
  "000000001": true,
  // mod_auth_pubtkt takes all of these for 1.
  "1x": "bad-number",
  "+1": "bad-number",
  " 1": "bad-number",
  "4294967297": "field-too-long",
  // And these for 0.
  "-1": "bad-number",
  yes: "bad-number",
};

for (const [value, outcome] of Object.entries(multifactors)) {
  test(`reads a multifactor of "${value}", where any number will do, as ${outcome}`, () => {
    const read = () => parsePayload(`uid=ada;validuntil=9;multifactor=${value}`, "number");
    if (typeof outcome === "string") assert.throws(read, { name: "TicketError", code: outcome });
    else assert.equal(read().multifactor, outcome);
  });
}

const malformed: Record<string, [string, TicketErrorCode]> = {
  "no uid": ["validuntil=9", "missing-field"],
  "an empty uid": ["uid=;validuntil=9", "missing-field"],
  "no validuntil": ["uid=ada", "missing-field"],
  "a validuntil of 0": ["uid=ada;validuntil=0", "missing-field"],
  "a negative number": ["uid=ada;validuntil=-1", "bad-number"],
  "a signed number": ["uid=ada;validuntil=+5", "bad-number"],
  "a number with letters": ["uid=ada;validuntil=12abc", "bad-number"],
  "a number beyond the year 9999": ["uid=ada;validuntil=253402300800", "bad-number"],
  "a number that overflows": ["uid=ada;validuntil=99999999999999999999", "field-too-long"],
  "a fractional number": ["uid=ada;validuntil=9;iat=1.5", "bad-number"],
  "a field that occurs twice": ["uid=ada;validuntil=9;uid=eve", "repeated-field"],
  "an unknown field that occurs twice": ["uid=ada;validuntil=9;x=1;x=1", "repeated-field"],
  "a pair without equals sign": ["uid=ada;validuntil=9;admin", "bad-pair"],
  "a pair without name": ["uid=ada;validuntil=9;=1", "bad-pair"],
  "an empty pair": ["uid=ada;;validuntil=9", "bad-pair"],
  "a line feed": ["uid=ada;validuntil=9;bauth=YTpi\nX-Admin: 1", "forbidden-character"],
  "a carriage return": ["uid=ada;validuntil=9;udata=a\rb", "forbidden-character"],
  "half a surrogate pair, for which UTF-8 has no bytes": [
    "uid=a\ud800b;validuntil=9",
    "forbidden-character",
  ],
  "a NUL": ["uid=ada\0;validuntil=9", "forbidden-character"],
  "a uid of 256 bytes": [`uid=${"a".repeat(256)};validuntil=9`, "field-too-long"],
  "a uid of 256 bytes in fewer characters": [
    `uid=${"é".repeat(128)};validuntil=9`,
    "field-too-long",
  ],
  "tokens of 256 bytes": [`uid=a;validuntil=9;tokens=${"t".repeat(256)}`, "field-too-long"],
  "udata of 256 bytes": [`uid=a;validuntil=9;udata=${"t".repeat(256)}`, "field-too-long"],
  "bauth of 256 bytes": [`uid=a;validuntil=9;bauth=${"YTpi".repeat(64)}`, "field-too-long"],
  "bauth that is not Base64": ["uid=ada;validuntil=9;bauth=a:b", "bad-field"],
  "a client address that is none": ["uid=ada;validuntil=9;cip=10.0.0", "bad-field"],
  "a multifactor of 2": ["uid=ada;validuntil=9;multifactor=2", "bad-field"],
  "a short kid": ["uid=ada;validuntil=9;kid=abc", "bad-field"],
  "an audience with capitals": ["uid=ada;validuntil=9;aud=Wiki.example.com", "bad-field"],
  "a signature inside the payload": ["uid=ada;validuntil=9;sig=YTpi", "repeated-field"],
};

for (const [what, [payload, code]] of Object.entries(malformed)) {
  test(`refuses ${what}`, () => {
    assert.throws(() => parsePayload(payload), { name: "TicketError", code });
  });
}

test("accepts each field at its limit", () => {
  const full = "a".repeat(255);
  const ticket = parsePayload(`uid=${full};validuntil=253402300799;tokens=${full};udata=${full}`);
  assert.deepEqual([ticket.uid, ticket.validUntil, ticket.userData], [full, 253402300799, full]);
});

test("throws nothing but its own error, whatever it reads", () => {
  const soup = fc.array(
    fc.oneof(
      fc.constantFrom(
        "uid",
        "cip",
        "validuntil",
        "tokens",
        "bauth",
        "=",
        ";",
        ",",
        "1",
        "::",
        "kid",
      ),
      fc.string({ unit: "binary" }),
    ),
  );
  fc.assert(
    fc.property(soup, (parts) => {
      try {
        parsePayload(parts.join(""));
      } catch (error) {
        assert.ok(error instanceof TicketError);
      }
    }),
  );
});

test("reads back what it wrote", () => {
  fc.assert(
    fc.property(ticketFields, (fields) => {
      const payload = writePayload(fields, "0123456789abcdef");
      assert.deepEqual(parsePayload(payload), {
        ...absent,
        ...fields,
        multifactor: fields.multifactor ?? false,
        keyId: "0123456789abcdef",
        otherFields: new Map([...(fields.otherFields ?? [])]),
      });
    }),
  );
});

const unwritable: Record<string, [Parameters<typeof writePayload>[0], TicketErrorCode]> = {
  "a semicolon in a name": [{ uid: "ada;tokens=admin", validUntil: 9 }, "forbidden-character"],
  "a semicolon in udata": [{ uid: "ada", validUntil: 9, userData: "a;b" }, "forbidden-character"],
  "a comma in a token": [{ uid: "ada", validUntil: 9, tokens: ["a,b"] }, "forbidden-character"],
  "an empty token": [{ uid: "ada", validUntil: 9, tokens: [""] }, "forbidden-character"],
  "a line feed": [{ uid: "ada\n", validUntil: 9 }, "forbidden-character"],
  "half a surrogate pair": [{ uid: "ada\ud800", validUntil: 9 }, "forbidden-character"],
  "an empty uid": [{ uid: "", validUntil: 9 }, "missing-field"],
  "a fractional time": [{ uid: "ada", validUntil: 9.5 }, "bad-number"],
  "a negative time": [{ uid: "ada", validUntil: -9 }, "bad-number"],
  "a client address that is none": [
    { uid: "ada", validUntil: 9, clientAddress: "localhost" },
    "bad-field",
  ],
  "a signature of one's own": [
    { uid: "ada", validUntil: 9, otherFields: new Map([["sig", "x"]]) },
    "repeated-field",
  ],
  "a known field among the others": [
    { uid: "ada", validUntil: 9, otherFields: new Map([["uid", "eve"]]) },
    "repeated-field",
  ],
  "a field name with a semicolon": [
    { uid: "ada", validUntil: 9, otherFields: new Map([["x;uid", "eve"]]) },
    "forbidden-character",
  ],
};

for (const [what, [fields, code]] of Object.entries(unwritable)) {
  test(`refuses to write ${what}`, () => {
    assert.throws(() => writePayload(fields, undefined), { name: "TicketError", code });
  });
}

test("takes everything after the first ;sig= as the signature", () => {
  const payload = `uid=ada;validuntil=9;udata=${"x".repeat(60)}`;
  assert.deepEqual(splitSignature(`${payload};sig=YTpi;sig=YTpi;tokens=admin`), {
    payload,
    signature: "YTpi;sig=YTpi;tokens=admin",
  });
});

test("refuses what is too long, too short or has no signature", () => {
  assert.throws(() => splitSignature(`${"a".repeat(1020)};sig=`), { code: "too-long" });
  assert.throws(() => splitSignature(`${"é".repeat(510)};sig=`), { code: "too-long" });
  assert.equal(splitSignature(`${"a".repeat(1019)};sig=`).payload.length, 1019);
  assert.throws(() => splitSignature(`${"a".repeat(58)};sig=`), { code: "too-short" });
  assert.throws(() => splitSignature("a".repeat(64)), { code: "no-signature" });
});

test("finds the key id wherever it stands behind the first field", () => {
  assert.equal(keyIdHint("uid=a;kid=K;validuntil=9"), "K");
  assert.equal(keyIdHint("uid=a;validuntil=9;kid=K"), "K");
  assert.equal(keyIdHint("uid=a;validuntil=9;xkid=K"), undefined);
  assert.equal(keyIdHint("uid=a;kid=;validuntil=9"), undefined);
});

test("counts bytes as UTF-8 does", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.equal(byteLength(text), Buffer.byteLength(text, "utf8"));
    }),
  );
});
