import assert from "node:assert/strict";
import { test } from "node:test";
import { createPasswordQueue } from "../src/password-queue.ts";

function task() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return { run: () => promise, resolve, reject };
}

test("runs as many as allowed, lets as many wait, and refuses the next at once", async () => {
  const queue = createPasswordQueue({ running: 1, waiting: 1 });
  const [first, second] = [task(), task()];
  const running = queue.run(first.run);
  const waiting = queue.run(second.run);
  await assert.rejects(
    queue.run(async () => "third"),
    { code: "busy" },
  );
  first.resolve("first");
  second.resolve("second");
  assert.deepEqual(await Promise.all([running, waiting]), ["first", "second"]);
  assert.equal(await queue.run(async () => "fourth"), "fourth");
});

test("never runs more than allowed at a time, and keeps the order", async () => {
  const queue = createPasswordQueue({ running: 3, waiting: 100 });
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const one = async (index: number) => {
    order.push(index);
    most = Math.max(most, ++running);
    await Promise.resolve();
    running -= 1;
  };
  await Promise.all(Array.from({ length: 50 }, (_, index) => queue.run(() => one(index))));
  assert.equal(most, 3);
  assert.deepEqual(order, [...Array(50).keys()]);
});

test("a task that fails gives its place back", async () => {
  const queue = createPasswordQueue({ running: 1, waiting: 0 });
  await assert.rejects(
    queue.run(() => Promise.reject(new Error("out of memory"))),
    /out of memory/,
  );
  assert.equal(await queue.run(async () => "next"), "next");
});
