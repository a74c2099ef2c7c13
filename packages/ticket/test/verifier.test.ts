import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeBase64 } from "../src/base64.ts";
import { type SignatureAlgorithm, signPayload, verificationKeyOf } from "../src/crypto.ts";
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
  type Verification,
  verifyTicket,
} from "../src/verifier.ts";
import { keysOfAllAlgorithms, signingKey } from "./keys.ts";

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
    const verification = verifyTicket(text, [key], circumstances);
    assert.equal(refusalOf(verification), refusal);
    // Who we cannot be sure of is told nothing about the ticket.
    const isSigned = !["malformed", "unknown-key", "bad-signature"].includes(refusal);
    assert.equal(!verification.ok && verification.ticket?.uid, isSigned ? "ada" : undefined);
  });
}

function refusalOf(verification: Verification | undefined): Refusal | undefined {
  assert.equal(verification?.ok, false);
  return verification?.ok === false ? verification.refusal : undefined;
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
    const verification = verifyTicket(everythingWrong, [key], { ...at, ...known });
    assert.equal(refusalOf(verification), refusal);
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

test("takes a clock that gives no number for one that is too late", () => {
  assert.equal(refusalOf(verifyTicket(good, [key], { ...at, now: Number.NaN })), "expired");
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

for (const algorithm of Object.keys(keysOfAllAlgorithms) as SignatureAlgorithm[]) {
  const signer = keysOfAllAlgorithms[algorithm];
  const text = signed("uid=ada;validuntil=1000;tokens=staff,ops", signer);

  test(`${algorithm}: refuses a ticket in which any one character was changed`, () => {
    assert.ok(verifyTicket(text, [verificationKeyOf(signer)], at).ok);
    const character = fc.string({ minLength: 1, maxLength: 1 });
    fc.assert(
      fc.property(fc.nat(text.length - 1), character, (index, replacement) => {
        fc.pre(text[index] !== replacement);
        const changed = text.slice(0, index) + replacement + text.slice(index + 1);
        assert.equal(verifyTicket(changed, [verificationKeyOf(signer)], at).ok, false);
      }),
    );
  });
}

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

test("accepts DER in its one encoding only", () => {
  const signer = signingKey("ecdsa");
  const payload = "uid=ada;validuntil=1000;tokens=staff,ops";
  const [r, s] = integersOf(signPayload(signer, payload));
  const accepts = (signature: Uint8Array) =>
    verifyTicket(`${payload};sig=${encodeBase64([signature])}`, [verificationKeyOf(signer)], at).ok;
  assert.ok(accepts(sequence([integer(r), integer(s)])));
  const others = {
    "a byte behind": Uint8Array.of(...sequence([integer(r), integer(s)]), 0),
    "a third integer": sequence([integer(r), integer(s), integer(1n)]),
    "a padded integer": sequence([padded(r), integer(s)]),
    "a length in the long form": Uint8Array.of(
      0x30,
      0x81,
      ...sequence([integer(r), integer(s)]).subarray(1),
    ),
    "no integers": sequence([]),
  };
  for (const [what, signature] of Object.entries(others))
    assert.equal(accepts(signature), false, what);
  // Not ours to refuse: half of what OpenSSL signs has the larger s. The order is that of P-256.
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  assert.ok(accepts(sequence([integer(r), integer(order - s)])), "the other signature of the pair");
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
    assert.equal(refusalOf(later), "expired");
    const elsewhere = verifier.verifyCookies(header, "auth_pubtkt", {
      ...at,
      host: "x.example.com",
    });
    assert.equal(refusalOf(elsewhere), "wrong-audience");
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
    assert.equal(refusalOf(verification), "expired");
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

/** Reads `SEQUENCE { r INTEGER, s INTEGER }`, which is short enough for lengths of one byte. */
function integersOf(der: Uint8Array): [bigint, bigint] {
  const hex = Buffer.from(der).toString("hex");
  const end = 8 + 2 * (der[3] ?? 0);
  return [BigInt(`0x${hex.slice(8, end)}`), BigInt(`0x${hex.slice(end + 4)}`)];
}

function sequence(parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  return Uint8Array.of(0x30, body.length, ...body);
}

function integer(value: bigint): Uint8Array {
  const bytes = bytesOf(value);
  const padded = (bytes[0] ?? 0) >= 0x80 ? Uint8Array.of(0, ...bytes) : bytes;
  return Uint8Array.of(2, padded.length, ...padded);
}

/** Two zeros more than are needed, and a length that counts them. */
function padded(value: bigint): Uint8Array {
  const bytes = Uint8Array.of(0, 0, ...bytesOf(value));
  return Uint8Array.of(2, bytes.length, ...bytes);
}

function bytesOf(value: bigint): Uint8Array {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
}
