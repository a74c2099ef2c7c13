import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Endings, type EndReason } from "../../src/proxy/endings.ts";

function open(context: TestContext) {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const clock: { now: number | "stopping" } = { now: 1000 };
  const ended: string[] = [];
  const endings = new Endings(() => clock.now);
  const add = (name: string, validUntil?: number) =>
    endings.add(validUntil, (reason: EndReason) => ended.push(`${name}: ${reason}`));
  const pass = (now: number | "stopping") => {
    clock.now = now;
    context.mock.timers.tick(1000);
  };
  return { ended, add, pass };
}

test("ends what a ticket let in once it is no longer valid, and nothing else", (context) => {
  const { ended, add, pass } = open(context);
  add("short", 1001);
  add("long", 2000);
  add("public");
  pass(1001);
  assert.deepEqual(ended, []);
  pass(1002);
  pass(1003);
  assert.deepEqual(ended, ["short: ticket-ended"]);
});

test("waits for tickets of months, which no timer can", (context) => {
  const { ended, add, pass } = open(context);
  const inSixtyDays = 1000 + 60 * 86_400;
  add("sixty days", inSixtyDays);
  pass(inSixtyDays);
  assert.deepEqual(ended, []);
  pass(inSixtyDays + 1);
  assert.deepEqual(ended, ["sixty days: ticket-ended"]);
});

test("leaves alone what has closed by itself", (context) => {
  const { ended, add, pass } = open(context);
  const forget = add("gone", 1001);
  forget();
  forget();
  add("there", 1001);
  pass(1002);
  assert.deepEqual(ended, ["there: ticket-ended"]);
});

test("ends everything when the gateway stops", (context) => {
  const { ended, add, pass } = open(context);
  add("public");
  add("ticket", 5000);
  pass("stopping");
  assert.deepEqual(ended, ["public: stopping", "ticket: stopping"]);
});
