import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeBase64 } from "../src/base64.ts";
import { signPayload, verificationKeyOf } from "../src/crypto.ts";
import { createDigestCache } from "../src/digest-cache.ts";
import { createEncodedCache } from "../src/encoded-cache.ts";
import { encodeTicket } from "../src/encoding.ts";
import {
  anyClientAddress,
  anyConfirmation,
  anyHost,
  type Circumstances,
  createVerifier,
  type Refusal,
  readTicketUnverified,
  refusalTexts,
  verifyTicket,
} from "../src/verifier.ts";
import { signingKey } from "./keys.ts";

const privateKey = signingKey("ed25519");
const key = verificationKeyOf(privateKey);
const otherKey = verificationKeyOf(signingKey("rsa"));

function signed(payload: string, by = privateKey): string {
  return `${payload};sig=${encodeBase64([signPayload(by, payload)])}`;
}

const at: Circumstances = {
  now: 500,
  clientAddress: "192.0.2.7",
  host: "wiki.example.com",
  confirmedKey: undefined,
};
const thumbprint = "t".repeat(43);
const good = signed(
  "uid=ada;cip=192.0.2.7;validuntil=1000;graceperiod=900;tokens=staff,ops;aud=wiki.example.com",
);

test("accepts a ticket and tells what it says", () => {
  const verification = verifyTicket(good, [key], at);
  assert.ok(verification.ok);
  assert.deepEqual(
    [verification.ticket.uid, verification.ticket.tokens],
    ["ada", ["staff", "ops"]],
  );
});

const refused: Record<Refusal, readonly [string, Circumstances]> = {
  malformed: [signed("uid=ada;tokens=x"), at],
  "unknown-key": [signed("uid=ada;validuntil=1000;kid=AAAAAAAAAAAAAAAA"), at],
  "bad-signature": [good.replace("ada", "eve"), at],
  "wrong-audience": [good, { ...at, host: "shop.example.com" }],
  "wrong-address": [good, { ...at, clientAddress: "192.0.2.8" }],
  "unconfirmed-key": [signed(`uid=ada;validuntil=1000;cnf=${thumbprint}`), at],
  expired: [good, { ...at, now: 1001 }],
};

for (const refusal of Object.keys(refusalTexts) as Refusal[]) {
  test(`refuses as ${refusal}`, () => {
    const [text, circumstances] = refused[refusal];
    assert.deepEqual(verifyTicket(text, [key], circumstances), { ok: false, refusal });
  });
}

test("makes its checks in the stated order", () => {
  const everythingWrong = signed(
    `uid=ada;cip=10.0.0.1;validuntil=1;aud=other.example.com;cnf=${thumbprint}`,
  );
  const steps: [Partial<Circumstances>, Refusal][] = [
    [{}, "wrong-audience"],
    [{ host: anyHost }, "wrong-address"],
    [{ host: anyHost, clientAddress: anyClientAddress }, "unconfirmed-key"],
    [{ host: anyHost, clientAddress: anyClientAddress, confirmedKey: anyConfirmation }, "expired"],
  ];
  for (const [known, refusal] of steps) {
    assert.deepEqual(verifyTicket(everythingWrong, [key], { ...at, ...known }), {
      ok: false,
      refusal,
    });
  }
});

test("is exact to the second about expiry and grace", () => {
  const edges = [
    [900, { ok: true, inGrace: false }],
    [901, { ok: true, inGrace: true }],
    [1000, { ok: true, inGrace: true }],
    [1001, { ok: false, inGrace: undefined }],
  ] as const;
  for (const [now, expected] of edges) {
    const verification = verifyTicket(good, [key], { ...at, now });
    const inGrace = verification.ok ? verification.inGrace : undefined;
    assert.deepEqual({ ok: verification.ok, inGrace }, expected, String(now));
  }
});

test("accepts a bound ticket from the holder of its key", () => {
  const text = signed(`uid=ada;validuntil=1000;cnf=${thumbprint}`);
  assert.ok(verifyTicket(text, [key], { ...at, confirmedKey: thumbprint }).ok);
  assert.equal(verifyTicket(text, [key], { ...at, confirmedKey: "u".repeat(43) }).ok, false);
});

test("compares client addresses as addresses", () => {
  const text = signed("uid=ada;cip=2001:db8::1;validuntil=1000");
  assert.ok(verifyTicket(text, [key], { ...at, clientAddress: "2001:0DB8:0::0:1" }).ok);
  assert.ok(verifyTicket(good, [key], { ...at, clientAddress: "::ffff:192.0.2.7" }).ok);
});

test("tries keys in order when the ticket names none, and only the named one when it does", () => {
  const unnamed = signed("uid=ada;validuntil=1000");
  assert.ok(verifyTicket(unnamed, [otherKey, key], at).ok);
  const named = signed(`uid=ada;validuntil=1000;kid=${key.id}`);
  assert.ok(verifyTicket(named, [otherKey, key], at).ok);
  const misnamed = signed(`uid=ada;validuntil=1000;kid=${otherKey.id}`);
  assert.deepEqual(verifyTicket(misnamed, [otherKey, key], at), {
    ok: false,
    refusal: "bad-signature",
  });
  assert.deepEqual(verifyTicket(named, [otherKey], at), { ok: false, refusal: "unknown-key" });
});

test("refuses every ticket when it has no keys", () => {
  assert.deepEqual(verifyTicket(good, [], at), { ok: false, refusal: "unknown-key" });
});

test("never verifies with another digest of the same key", () => {
  const sha512 = signingKey("rsa", "sha512");
  const text = signed("uid=ada;validuntil=1000", sha512);
  const refusal = { ok: false, refusal: "bad-signature" };
  assert.deepEqual(
    verifyTicket(text, [verificationKeyOf(signingKey("rsa", "sha256"))], at),
    refusal,
  );
  assert.ok(verifyTicket(text, [verificationKeyOf(sha512)], at).ok);
});

test("refuses a ticket in which any one character was changed", () => {
  const character = fc.string({ minLength: 1, maxLength: 1 });
  fc.assert(
    fc.property(fc.nat(good.length - 1), character, (index, replacement) => {
      fc.pre(good[index] !== replacement);
      const changed = good.slice(0, index) + replacement + good.slice(index + 1);
      assert.equal(verifyTicket(changed, [key], at).ok, false);
    }),
  );
});

test("accepts one spelling of a signature only", () => {
  const body = good.slice(0, good.indexOf(";sig=") + 5);
  const signature = good.slice(body.length);
  const last = signature.slice(-3, -2);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const lowBit = alphabet[alphabet.indexOf(last) ^ 1];
  for (const spelling of [
    `${signature} `,
    `${signature};tokens=admin`,
    `${signature}=`,
    signature.replace(/=+$/, ""),
    signature.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""),
    `${signature.slice(0, -3)}${lowBit}==`,
    `\n${signature}`,
  ]) {
    assert.equal(verifyTicket(body + spelling, [key], at).ok, false, spelling);
  }
});

test("throws nothing, whatever it is given", () => {
  const pieces = fc.constantFrom(
    "uid=",
    "a",
    ";",
    ";sig=",
    "validuntil=9",
    "=",
    "YQ==",
    ";kid=",
    "\0",
  );
  const soup = fc.array(fc.oneof(pieces, fc.string({ unit: "binary" })), { maxLength: 60 });
  fc.assert(
    fc.property(soup, (parts) => {
      assert.equal(verifyTicket(parts.join(""), [key], at).ok, false);
    }),
  );
});

const verifiers = {
  "without cache": () => createVerifier({ keys: [key] }),
  "with a cache of encoded tickets": () =>
    createVerifier({ keys: [key], cache: createEncodedCache({ maxEntries: 8, maxBytes: 1e6 }) }),
  "with a cache of digests": () =>
    createVerifier({ keys: [key], cache: createDigestCache({ maxEntries: 8 }) }),
};

for (const [kind, create] of Object.entries(verifiers)) {
  test(`${kind}: reads the cookie, the first time and again`, () => {
    const verifier = create();
    const header = `x=1; auth_pubtkt=${encodeTicket(good)}; y=2`;
    for (let round = 0; round < 3; round++) {
      assert.ok(verifier.verifyCookies(header, "auth_pubtkt", at)?.ok);
    }
    const later = verifier.verifyCookies(header, "auth_pubtkt", { ...at, now: 1001 });
    assert.deepEqual(later, { ok: false, refusal: "expired" });
    const elsewhere = verifier.verifyCookies(header, "auth_pubtkt", {
      ...at,
      host: "x.example.com",
    });
    assert.deepEqual(elsewhere, { ok: false, refusal: "wrong-audience" });
  });

  test(`${kind}: lets any valid cookie of the name count`, () => {
    const cookies = ["bad", encodeTicket(good.replace("ada", "eve")), encodeTicket(good)];
    const header = cookies.map((value) => `auth_pubtkt=${value}`).join("; ");
    assert.ok(create().verifyCookies(header, "auth_pubtkt", at)?.ok);
  });

  test(`${kind}: gives the refusal of the cookie that came furthest`, () => {
    const header = ["bad", encodeTicket(good), encodeTicket(good.replace("ada", "eve"))]
      .map((value) => `auth_pubtkt=${value}`)
      .join("; ");
    const verification = create().verifyCookies(header, "auth_pubtkt", { ...at, now: 1001 });
    assert.deepEqual(verification, { ok: false, refusal: "expired" });
  });

  test(`${kind}: knows the difference between no ticket and a bad one`, () => {
    const verifier = create();
    assert.equal(verifier.verifyCookies("x=auth_pubtkt=1", "auth_pubtkt", at), undefined);
    assert.equal(verifier.verifyCookies("auth_pubtkt=", "auth_pubtkt", at), undefined);
    const bad = verifier.verifyCookies("auth_pubtkt=%", "auth_pubtkt", at);
    assert.deepEqual(bad, { ok: false, refusal: "malformed" });
  });

  test(`${kind}: refuses any change in the encoded value of a ticket that it knows`, () => {
    const verifier = create();
    const value = encodeTicket(good);
    assert.ok(verifier.verifyEncoded(value, at).ok);
    const character = fc.constantFrom(..."aA0%2B+;= ".split(""));
    fc.assert(
      fc.property(fc.nat(value.length - 1), character, (index, replacement) => {
        fc.pre(value[index]?.toLowerCase() !== replacement.toLowerCase());
        const changed = value.slice(0, index) + replacement + value.slice(index + 1);
        assert.equal(verifier.verifyEncoded(changed, at).ok, false);
      }),
    );
  });
}

test("reads what a ticket says without believing it", () => {
  assert.equal(readTicketUnverified(good.replace("ada", "eve")).uid, "eve");
});
