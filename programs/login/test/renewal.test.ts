import assert from "node:assert/strict";
import { test } from "node:test";
import {
  anyClientAddress,
  anyConfirmation,
  anyHost,
  createIssuer,
  generatePrivateKeyPem,
  importPrivateKey,
  type TicketFields,
  verificationKeyOf,
  verifyTicket,
} from "@countersign/ticket";
import type { Person } from "../src/backend.ts";
import { judgeRenewal, type RenewalRefusal } from "../src/renewal.ts";

const key = importPrivateKey(generatePrivateKeyPem("ed25519"));
const signInId = "rs-AAAAAAAAAAAA";
const signIn = { id: signInId, began: 1000 };
const ada: Person = {
  name: "ada",
  tokens: ["staff"],
  lifetimeSeconds: undefined,
  graceSeconds: undefined,
  credentialsChangedAt: 900,
};

interface Case {
  readonly fields?: Partial<TicketFields>;
  readonly person?: Person | undefined;
  readonly now?: number;
}

/** Judges a ticket of second 2000 whose sign-in ends in second 5000. */
function judge({ fields = {}, now = 2050, ...rest }: Case) {
  const written = { uid: "ada", validUntil: 2100, graceAfter: 2080, issuedAt: 2000, signInId };
  const text = createIssuer(key).issue({ ...written, ...fields });
  const verification = verifyTicket(text, [verificationKeyOf(key)], {
    now,
    clientAddress: anyClientAddress,
    host: anyHost,
    confirmedKey: anyConfirmation,
  });
  assert.ok(verification.ok);
  const { ticket, inGrace } = verification;
  const person = "person" in rest ? rest.person : ada;
  return judgeRenewal({ ticket, inGrace, person, now }, { endOf: () => 5000 });
}

const refused = {
  "restricted-ticket": [
    { fields: { audience: ["wiki.example.com"] } },
    { fields: { confirmationKey: "A".repeat(43) } },
  ],
  "unknown-sign-in": [{ fields: { signInId: "other" } }, { fields: { issuedAt: undefined } }],
  "user-not-allowed": [{ person: undefined }],
  "password-changed": [
    { person: { ...ada, credentialsChangedAt: 2000 } },
    { person: { ...ada, credentialsChangedAt: 2001 } },
  ],
  "sign-in-too-old": [
    { fields: { validUntil: 9000, graceAfter: 8000 }, now: 5000 },
    { fields: { validUntil: 5000, graceAfter: 4000 }, now: 4001 },
    { fields: { validUntil: 6000, graceAfter: 4000 }, now: 4001 },
  ],
} satisfies Record<RenewalRefusal, readonly Case[]>;

for (const [refusal, cases] of Object.entries(refused)) {
  for (const [index, each] of cases.entries()) {
    test(`renews nothing as ${refusal} (${index + 1})`, () => {
      assert.deepEqual(judge(each), { ok: false, refusal });
    });
  }
}

const renewed = {
  "before its grace period": {},
  "in its grace period": { now: 2081 },
  "that is its sign-in's last, before its grace period": {
    fields: { validUntil: 5000, graceAfter: 4000 },
    now: 4000,
  },
  "of a person whose password nobody knows the time of": {
    person: { ...ada, credentialsChangedAt: undefined },
  },
} satisfies Record<string, Case>;

for (const [what, each] of Object.entries<Case>(renewed)) {
  test(`renews a ticket ${what}, for the same sign-in`, () => {
    assert.deepEqual(judge(each), { ok: true, signIn, person: each.person ?? ada });
  });
}
