import assert from "node:assert/strict";
import { test } from "node:test";
import { atEnd } from "../cleanup.ts";

/** An owner that ends when told to. */
function createOwner() {
  const ends: (() => void | Promise<void>)[] = [];
  return {
    after: (end: () => void | Promise<void>) => void ends.push(end),
    end: async () => {
      for (const end of ends) await end();
    },
  };
}

test("what was started last ends first", async () => {
  const owner = createOwner();
  const ended: string[] = [];
  atEnd(owner, () => void ended.push("folder"));
  atEnd(owner, async () => void ended.push("server"));
  await owner.end();
  assert.deepEqual(ended, ["server", "folder"]);
});

test("one that cannot end does not keep the others, and is reported", async () => {
  const owner = createOwner();
  const ended: string[] = [];
  atEnd(owner, () => void ended.push("folder"));
  atEnd(owner, () => Promise.reject(new Error("stuck")));
  await assert.rejects(owner.end(), AggregateError);
  assert.deepEqual(ended, ["folder"]);
});
