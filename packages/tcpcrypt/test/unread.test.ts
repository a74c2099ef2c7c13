import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nothingUnread, takeMessage, type Unread } from "../src/unread.ts";

/** Messages whose second byte is their length, which is at least 8. */
function measure(head: Uint8Array): number | undefined | "refused" {
  const [first, length] = head;
  if (first === 0xff) return "refused";
  return length === undefined ? undefined : Math.max(8, length);
}

function messageOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index === 1 ? length : index));
}

function takeAll(pieces: readonly Uint8Array[]): { messages: number[][]; unread: Unread } {
  const messages: number[][] = [];
  let unread = nothingUnread;
  for (const piece of pieces) {
    let rest = piece;
    while (rest.length > 0) {
      const taken = takeMessage(unread, rest, measure);
      assert.ok(!("refusal" in taken));
      if ("unread" in taken) {
        unread = taken.unread;
        break;
      }
      messages.push([...taken.message]);
      unread = nothingUnread;
      rest = taken.rest;
    }
  }
  return { messages, unread };
}

/** Cuts bytes at the given places, and overwrites each piece as a reader that reuses its buffer. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length];
  at.sort((one, other) => one - other);
  return at.slice(1).map((end, index) => bytes.slice(at[index] ?? 0, end));
}

test("gives the same messages however the stream is cut", () => {
  const lengths = fc.array(fc.integer({ min: 8, max: 255 }), { maxLength: 12 });
  fc.assert(
    fc.property(lengths, fc.array(fc.nat(), { maxLength: 40 }), (sizes, places) => {
      const sent = sizes.map(messageOf);
      const { messages, unread } = takeAll(cut(Buffer.concat(sent), places));
      assert.deepEqual(
        messages,
        sent.map((message) => [...message]),
      );
      assert.equal(unread.length, 0);
    }),
  );
});

test("does not copy a message that arrives whole", () => {
  const arrived = Buffer.concat([messageOf(20), messageOf(30)]);
  const taken = takeMessage(nothingUnread, arrived, measure);
  assert.ok("message" in taken);
  assert.equal(taken.message.buffer, arrived.buffer);
  assert.deepEqual([...taken.rest], [...messageOf(30)]);
});

test("keeps nothing of the memory in which a part arrived", () => {
  const message = messageOf(200);
  const buffer = message.slice(0, 100);
  const first = takeMessage(nothingUnread, buffer, measure);
  assert.ok("unread" in first);
  buffer.fill(0xee);
  const second = takeMessage(first.unread, message.slice(100), measure);
  assert.ok("message" in second);
  assert.deepEqual([...second.message], [...message]);
});

test("a header alone reserves little memory", () => {
  const taken = takeMessage(nothingUnread, Uint8Array.of(0, 255, 0), () => 65_538);
  assert.ok("unread" in taken);
  assert.ok(taken.unread.bytes.length <= 16 * 8);
});

test("passes on a refusal, also one that comes with a later byte", () => {
  assert.deepEqual(takeMessage(nothingUnread, Uint8Array.of(0xff), measure), {
    refusal: "refused",
  });
  const late = (head: Uint8Array) => (head.length < 5 ? undefined : ("late" as const));
  const first = takeMessage(nothingUnread, Uint8Array.of(1, 2, 3), late);
  assert.ok("unread" in first);
  assert.deepEqual(takeMessage(first.unread, Uint8Array.of(4, 5), late), { refusal: "late" });
});
