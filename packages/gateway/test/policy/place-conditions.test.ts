import assert from "node:assert/strict";
import { test } from "node:test";
import { type ConditionOptions, createCondition } from "../../src/policy/place-conditions.ts";
import { type VisitFacts, visitWith } from "../tickets.ts";

function holds(options: ConditionOptions, facts: VisitFacts, query = ""): boolean | undefined {
  const condition = createCondition(options);
  return condition?.({ visit: visitWith(facts), query: new URLSearchParams(query) });
}

test("holds for the methods that it names, and for HEAD with GET", () => {
  assert.equal(holds({ methods: ["GET"] }, { method: "GET" }), true);
  assert.equal(holds({ methods: ["GET"] }, { method: "HEAD" }), true);
  assert.equal(holds({ methods: ["GET"] }, { method: "POST" }), false);
  assert.equal(holds({ methods: ["POST"] }, { method: "HEAD" }), false);
});

test("holds for client addresses in its networks", () => {
  const options = { networks: ["10.0.0.0/8", "2001:db8::/32"] };
  assert.equal(holds(options, { clientAddress: "10.1.2.3" }), true);
  assert.equal(holds(options, { clientAddress: "2001:db8::1" }), true);
  assert.equal(holds(options, { clientAddress: "192.0.2.1" }), false);
  assert.equal(holds(options, { clientAddress: "" }), false);
});

test("holds for arguments that have the value", () => {
  const options = { arguments: { action: "edit" } };
  assert.equal(holds(options, {}, "?action=edit"), true);
  assert.equal(holds(options, {}, "?a=1&action=%65dit"), true);
  assert.equal(holds(options, {}, "?action=view"), false);
  assert.equal(holds(options, {}), false);
});

test("holds where all of its parts do", () => {
  const options = { methods: ["POST"], networks: ["10.0.0.0/8"] };
  assert.equal(holds(options, { method: "POST", clientAddress: "10.0.0.1" }), true);
  assert.equal(holds(options, { method: "POST", clientAddress: "192.0.2.1" }), false);
});

test("is nothing where nothing is asked", () => assert.equal(createCondition({}), undefined));
