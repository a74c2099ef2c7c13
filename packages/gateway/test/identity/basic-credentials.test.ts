import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeBasicAuth, encryptBasicAuth } from "@countersign/ticket";
import { authorizationFor } from "../../src/identity/basic-credentials.ts";
import { policyWith, verified } from "../tickets.ts";

const key = "sixteen letters!";
const iv = new Uint8Array(16).fill(3);

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}

test("leaves the visitor's own where the policy does not ask", () => {
  assert.equal(authorizationFor(verified(), policyWith()), undefined);
});

test("makes credentials of the name alone", () => {
  assert.equal(
    authorizationFor(verified(), policyWith({ basicAuth: "fake" })),
    basic("ada:password"),
  );
});

test("passes the ticket's credentials on, plain or encrypted", () => {
  const plain = verified({ basicAuth: encodeBasicAuth("ada:secret") });
  assert.equal(authorizationFor(plain, policyWith({ basicAuth: "ticket" })), basic("ada:secret"));
  const encrypted = verified({ basicAuth: encryptBasicAuth("ada:secret", key, iv) });
  const policy = policyWith({ basicAuth: "ticket", basicAuthKey: key });
  assert.equal(authorizationFor(encrypted, policy), basic("ada:secret"));
});

test("removes the visitor's own where there are none, or none that can be read", () => {
  const policy = policyWith({ basicAuth: "ticket", basicAuthKey: key });
  const plain = verified({ basicAuth: encodeBasicAuth("ada:secret") });
  for (const ticket of [undefined, verified(), plain]) {
    assert.equal(authorizationFor(ticket, policy), "");
  }
  assert.equal(authorizationFor(undefined, policyWith({ basicAuth: "fake" })), "");
});

test("makes credentials up where the ticket has none, if the policy says so", () => {
  const policy = policyWith({ basicAuth: "ticket-or-fake" });
  const plain = verified({ basicAuth: encodeBasicAuth("ada:secret") });
  assert.equal(authorizationFor(plain, policy), basic("ada:secret"));
  assert.equal(authorizationFor(verified(), policy), basic("ada:password"));
});

test("makes no credentials for a name that would be another one in them", () => {
  const colon = verified({ uid: "admin:x" });
  assert.equal(authorizationFor(colon, policyWith({ basicAuth: "fake" })), "");
});

test("passes on a password in the characters of whoever wrote it", () => {
  const latin1 = Buffer.from("ada:gr\xfc\xdf", "latin1").toString("base64");
  const ticket = verified({ basicAuth: latin1 });
  assert.equal(authorizationFor(ticket, policyWith({ basicAuth: "ticket" })), `Basic ${latin1}`);
});
