import assert from "node:assert/strict";
import { once } from "node:events";
import { get } from "node:http";
import { test } from "node:test";
import { endsWithTicket, onceOver } from "../src/ticket-end.ts";
import { serve } from "./ask-over-http.ts";

const start = 1_800_000_000;
const day = 86_400;

/** A clock and timers that stand still until told to go on. */
function startTimers(context: { mock: typeof import("node:test").mock }) {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: start * 1000 });
  const now = () => Math.floor(Date.now() / 1000);
  const pass = (seconds: number) => {
    // In steps: a tick runs no timer that is set while it lasts.
    for (let left = seconds; left > 0; left -= 60) {
      context.mock.timers.tick(Math.min(left, 60) * 1000);
    }
  };
  return { now, pass };
}

/** Waits for something to be over that has this last second, and counts how often it was told. */
function watching(lastSecond: number, now: () => number) {
  let told = 0;
  const stop = onceOver({ lastSecond, now, isOver: () => now() > lastSecond }, () => {
    told += 1;
  });
  return { told: () => told, stop };
}

test("tells once, in the second after the last one", (context) => {
  const { now, pass } = startTimers(context);
  const { told } = watching(start + 90, now);
  pass(90);
  assert.equal(told(), 0);
  pass(1);
  assert.equal(told(), 1);
  pass(day);
  assert.equal(told(), 1);
});

test("waits longer than a timer can", (context) => {
  const { now, pass } = startTimers(context);
  const { told } = watching(start + 60 * day, now);
  pass(60 * day);
  assert.equal(told(), 0);
  pass(1);
  assert.equal(told(), 1);
});

test("notices within a minute that the clock was set, or that it was over early", (context) => {
  const { now, pass } = startTimers(context);
  let isOver = false;
  let told = 0;
  onceOver({ lastSecond: start + day, now, isOver: () => isOver }, () => {
    told += 1;
  });
  pass(600);
  assert.equal(told, 0);
  isOver = true;
  pass(60);
  assert.equal(told, 1);
});

test("does not ask without a pause when the last second is past and it is not over", (context) => {
  const { now, pass } = startTimers(context);
  let asked = 0;
  const isOver = () => {
    asked += 1;
    return false;
  };
  const stop = onceOver({ lastSecond: start - day, now, isOver }, assert.fail);
  for (let second = 0; second < 10; second += 1) pass(1);
  assert.equal(asked, 10);
  stop();
});

test("says nothing after it was called off", (context) => {
  const { now, pass } = startTimers(context);
  const { told, stop } = watching(start + 10, now);
  pass(5);
  stop();
  pass(day);
  assert.equal(told(), 0);
});

test("cuts a stream of events when the ticket ends, and leaves who still writes without an error", async (context) => {
  const { pass } = startTimers(context);
  const identity = { user: "ada", tokens: [], userData: "", multifactor: false };
  let write = (): void => undefined;
  const port = await serve(context, (_request, response) => {
    endsWithTicket(response, { ...identity, validUntil: start + 60 });
    write = () => void response.write("data: 1\n\n");
    write();
  });
  const [answer] = await once(get({ port, agent: false }), "response");
  await once(answer, "data");
  pass(60);
  write();
  await once(answer, "data");
  pass(1);
  await assert.rejects(once(answer, "end"), { code: "ECONNRESET" });
  write();
});
