import assert from "node:assert/strict";
import { test } from "node:test";
import { exportPublicPem, generatePrivateKeyPem, verificationKeyOf } from "@countersign/ticket";
import type { Person } from "../src/backend.ts";
import { createTickets, newSignInId, readEarlierKey, readSigningKey } from "../src/tickets.ts";
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
const sent = (setCookie: string) => setCookie.split(";")[0] ?? "";
const issued = (person = ada) => sent(tickets.issue(person, "sign-in", at(1000)));

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
  const cookie = sent(other.issue(ada, "sign-in", at(1000)));
  assert.deepEqual(tickets.read(cookie, at(1000)), { ok: false, refusal: "unknown-key" });
});

test("a ticket of an earlier key is still read, while new ones are signed with the new key", () => {
  const pem = generatePrivateKeyPem("ed25519");
  const before = createTickets(readSigningKey(pem, {}), settings);
  const publicPem = exportPublicPem(verificationKeyOf(readSigningKey(pem, {})));
  const after = createTickets(readSigningKey(generatePrivateKeyPem("ed25519"), {}), settings, [
    readEarlierKey("old.pub", publicPem, {}),
  ]);
  const old = sent(before.issue(ada, "sign-in", at(1000)));
  assert.equal(after.read(old, at(1000))?.ok, true);
  const renewed = sent(after.issue(ada, "sign-in", at(1000)));
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
  const cookie = sent(binding.issue(ada, "sign-in", at(1000)));
  for (const clientAddress of ["192.0.2.8", undefined]) {
    const verification = binding.read(cookie, { now: 1000, clientAddress });
    assert.deepEqual(verification, { ok: false, refusal: "wrong-address" });
  }
  const unknown = { now: 1000, clientAddress: undefined };
  assert.throws(() => binding.issue(ada, "sign-in", unknown), { code: "no-client-address" });
});

test("sign-in ids do not repeat", () => {
  assert.equal(new Set(Array.from({ length: 1000 }, newSignInId)).size, 1000);
});
