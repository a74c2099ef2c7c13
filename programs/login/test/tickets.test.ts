import assert from "node:assert/strict";
import { test } from "node:test";
import {
  allowLegacySignatures,
  createIssuer,
  encodeTicket,
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  type TicketFields,
  verificationKeyOf,
} from "@countersign/ticket";
import type { Person } from "../src/backend.ts";
import { createTickets, readEarlierKey, readSigningKey } from "../src/tickets.ts";
import { defaultSettings } from "./login-world.ts";

const settings = defaultSettings();
const tickets = createTickets(readSigningKey(generatePrivateKeyPem("ed25519"), {}), settings);
const ada: Person = {
  name: "Ada",
  tokens: ["staff"],
  lifetimeSeconds: 100,
  graceSeconds: 20,
  credentialsChangedAt: undefined,
};
const at = (now: number) => ({ now, clientAddress: "192.0.2.7" });
const signIn = { id: "rs-AAAAAAAAAAAA", began: 1000 };
const sent = (setCookie: string) => setCookie.split(";")[0] ?? "";
const issued = (person = ada) => sent(tickets.issue(person, signIn, at(1000)));

test("says that a public key cannot sign, and which one to name", () => {
  for (const type of ["ed25519", "dsa"] as const) {
    const signing = importPrivateKey(generatePrivateKeyPem(type), {
      legacy: allowLegacySignatures,
    });
    const text = exportPublicPem(verificationKeyOf(signing));
    assert.throws(() => readSigningKey(text, {}), {
      code: "bad-key",
      message: /this is a public key; name the private one/,
    });
  }
});

test("a ticket is valid up to its last second, and due for renewal from the grace period on", () => {
  const states = [1000, 1080, 1081, 1100, 1101].map((now) => {
    const verification = tickets.read(issued(), at(now));
    return verification?.ok ? (verification.inGrace ? "grace" : "valid") : verification?.refusal;
  });
  assert.deepEqual(states, ["valid", "valid", "grace", "grace", "expired"]);
});

test("the grace period never covers more than half of the lifetime", () => {
  const verification = tickets.read(issued({ ...ada, graceSeconds: 100 }), at(1000));
  assert.ok(verification?.ok);
  assert.equal(verification.ticket.graceAfter, 1050);
});

test("among several cookies of the name, a valid one counts wherever it stands", () => {
  const others = "auth_pubtkt=nonsense; xauth_pubtkt=1; auth_pubtkt=";
  assert.equal(tickets.read(`${others}; ${issued()}`, at(1000))?.ok, true);
  assert.equal(tickets.read(`${issued()}; ${others}`, at(1000))?.ok, true);
  assert.equal(tickets.read(others, at(1000))?.ok, false);
  assert.equal(tickets.read("x=1", at(1000)), undefined);
});

test("a ticket of another key is refused", () => {
  const other = createTickets(readSigningKey(generatePrivateKeyPem("ed25519"), {}), settings);
  const cookie = sent(other.issue(ada, signIn, at(1000)));
  assert.deepEqual(tickets.read(cookie, at(1000)), { ok: false, refusal: "unknown-key" });
});

test("a ticket of an earlier key is still read, while new ones are signed with the new key", () => {
  const pem = generatePrivateKeyPem("ed25519");
  const before = createTickets(readSigningKey(pem, {}), settings);
  const publicPem = exportPublicPem(verificationKeyOf(readSigningKey(pem, {})));
  const after = createTickets(readSigningKey(generatePrivateKeyPem("ed25519"), {}), settings, [
    readEarlierKey("old.pub", publicPem, {}),
  ]);
  const old = sent(before.issue(ada, signIn, at(1000)));
  assert.equal(after.read(old, at(1000))?.ok, true);
  const renewed = sent(after.issue(ada, signIn, at(1000)));
  assert.deepEqual(before.read(renewed, at(1000)), { ok: false, refusal: "unknown-key" });
});

test("a private key is not taken for an earlier public one", () => {
  const pem = generatePrivateKeyPem("ed25519");
  assert.throws(() => readEarlierKey("old.pem", pem, {}), {
    code: "bad-key",
    message: /old\.pem.*private key/,
  });
});

test("a bound ticket is refused from another address and from an unknown one", () => {
  const bound = { ...settings, ticket: { ...settings.ticket, bindClientAddress: true } };
  const binding = createTickets(readSigningKey(generatePrivateKeyPem("ed25519"), {}), bound);
  const cookie = sent(binding.issue(ada, signIn, at(1000)));
  for (const clientAddress of ["192.0.2.8", undefined]) {
    const verification = binding.read(cookie, { now: 1000, clientAddress });
    assert.equal(verification?.ok === false && verification.refusal, "wrong-address");
  }
  const unknown = { now: 1000, clientAddress: undefined };
  assert.throws(() => binding.issue(ada, signIn, unknown), { code: "no-client-address" });
});

test("no ticket is valid beyond the end of its sign-in, and its grace period still fits", () => {
  const ends = [1000, 1000 + 86_400 - 60, 1000 + 86_400].map((now) => {
    const { ok, ...rest } = tickets.read(sent(tickets.issue(ada, signIn, at(now))), at(now)) ?? {};
    assert.ok(ok && "ticket" in rest);
    return [rest.ticket.validUntil, rest.ticket.graceAfter];
  });
  assert.deepEqual(ends, [
    [1100, 1080],
    [87_400, 87_380],
    [87_400, 87_400],
  ]);
});

test("a sign-in is never shorter than its person's first ticket", () => {
  const settled = { ...ada, lifetimeSeconds: 1_000_000 };
  assert.equal(tickets.endOf(signIn, settled), 1_001_000);
  assert.equal(tickets.endOf(signIn, ada), 87_400);
});

test("a ticket says that it was issued after the password was set, also in the same second", () => {
  const issuedAt = [undefined, 999, 1000, 1001].map((credentialsChangedAt) => {
    const verification = tickets.read(issued({ ...ada, credentialsChangedAt }), at(1000));
    return verification?.ok && verification.ticket.issuedAt;
  });
  assert.deepEqual(issuedAt, [1000, 1000, 1001, 1002]);
});

test("a ticket for another host, or bound to a key, is refused", () => {
  const pem = generatePrivateKeyPem("ed25519");
  const reading = createTickets(readSigningKey(pem, {}), settings);
  const issuer = createIssuer(readSigningKey(pem, {}));
  const read = (fields: Partial<TicketFields>) => {
    const text = issuer.issue({ uid: "Ada", validUntil: 2000, ...fields });
    return reading.read(`auth_pubtkt=${encodeTicket(text)}`, at(1000));
  };
  const elsewhere = read({ audience: ["wiki.example.com"] });
  assert.equal(elsewhere?.ok === false && elsewhere.refusal, "wrong-audience");
  assert.equal(read({ audience: ["wiki.example.com", "sso.example.com"] })?.ok, true);
  const bound = read({ confirmationKey: "A".repeat(43) });
  assert.equal(bound?.ok === false && bound.refusal, "unconfirmed-key");
});
