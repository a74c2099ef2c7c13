import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectionTable, type Entry, reportOf } from "../../src/worker/connection-table.ts";
import type { Endpoint } from "../../src/worker/messages.ts";

const local: Endpoint = { address: "192.0.2.1", port: 40_000 };
const remote: Endpoint = { address: "192.0.2.2", port: 80 };
const relay = { bytes: { sent: 1, received: 2 }, applicationStays: true, reset: () => {} };
const plain = { kind: "plain", relay, reason: "no-option" } as const;
/** Its application has ended, so that another one may have its ends. */
const ending = { ...plain, relay: { ...relay, applicationStays: false } } as const;

function tableOf(connections = 10, keptForOutgoing = 0) {
  const limits = { connections, keptForOutgoing };
  const changes: string[] = [];
  const changed = (type: string, entry: Entry) => changes.push(`${type} ${entry.remote.port}`);
  return { table: new ConnectionTable(limits, () => 1_790_000_000, changed), changes };
}

/** What a question about the two ends has been answered with. */
function asked(table: ConnectionTable): { answer: Entry | undefined; answered: boolean } {
  const question: { answer: Entry | undefined; answered: boolean } = {
    answer: undefined,
    answered: false,
  };
  table.find(local, remote, (answer) => Object.assign(question, { answer, answered: true }));
  return question;
}

test("finds a connection by its ends, and only in their order", () => {
  const { table } = tableOf();
  const entry = table.add("outgoing", local, remote);
  table.carry(entry, plain);
  assert.equal(asked(table).answer, entry);
  table.find(remote, local, (answer) => assert.equal(answer, undefined));
  assert.deepEqual(reportOf(entry), {
    direction: "outgoing",
    local,
    remote,
    bytes: { sent: 1, received: 2 },
    openedAt: 1_790_000_000,
    encrypted: false,
    reason: "no-option",
  });
});

test("who asks too early waits until the connection stands, and what led to that is done", async () => {
  const { table } = tableOf();
  const entry = table.add("outgoing", local, remote);
  const question = asked(table);
  assert.equal(question.answered, false);
  assert.equal(reportOf(entry), undefined);
  table.carry(entry, plain);
  assert.equal(question.answered, false);
  await Promise.resolve();
  assert.equal(question.answer, entry);
});

test("who asks too early about what never stands is told of none", async () => {
  const { table, changes } = tableOf();
  const entry = table.add("outgoing", local, remote);
  const question = asked(table);
  table.remove(entry);
  await Promise.resolve();
  assert.deepEqual(question, { answer: undefined, answered: true });
  assert.deepEqual(changes, []);
});

test("a connection that reuses the ends of one that closes takes its place", () => {
  const { table } = tableOf();
  const old = table.add("outgoing", local, remote);
  table.carry(old, ending);
  const young = table.add("outgoing", local, remote);
  table.carry(young, plain);
  assert.equal(asked(table).answer, young);
  table.remove(old);
  table.remove(old);
  assert.equal(asked(table).answer, young);
  assert.deepEqual(table.open, { encrypted: 0, plain: 1, opening: 0 });
  assert.deepEqual(table.opened, { encrypted: 0, plain: 2, resumed: 0 });
});

test("tells of connections that stand, of their end, and of a port that changed", () => {
  const { table, changes } = tableOf();
  const entry = table.add("incoming", local, remote);
  table.seenAs(entry, { ...remote, port: 81 });
  table.carry(entry, plain);
  table.seenAs(entry, { ...remote, port: 82 });
  table.reached(entry);
  table.remove(entry);
  assert.deepEqual(changes, ["opened 81", "closed 81", "opened 82", "closed 82"]);
  assert.equal(asked(table).answered, true);
  assert.equal(table.size, 0);
});

test("is full when it holds as many as it may, those being opened included", () => {
  const { table } = tableOf(2);
  table.add("outgoing", local, remote);
  assert.equal(table.isFull, false);
  table.add("outgoing", local, { ...remote, port: 81 });
  assert.equal(table.isFull, true);
});

test("keeps room for connections that this machine opens", () => {
  const { table } = tableOf(4, 1);
  const entries = [1, 2, 3].map((port) => table.add("incoming", local, { ...remote, port }));
  assert.deepEqual([table.isFullForIncoming, table.isFull], [true, false]);
  for (const entry of entries) table.remove(entry);
  assert.equal(table.isFullForIncoming, false);
  for (const port of [1, 2, 3, 4]) table.add("outgoing", local, { ...remote, port });
  assert.deepEqual([table.isFullForIncoming, table.isFull], [true, true]);
});

/** An incoming connection whose client has `port`, and which the application sees as from `remote`. */
function reachedAs(table: ConnectionTable, port: number): Entry {
  const entry = table.add("incoming", local, { ...remote, port });
  table.carry(entry, plain);
  table.seenAs(entry, remote);
  table.reached(entry);
  return entry;
}

test("an incoming connection is not found before the application can have it", async () => {
  const { table } = tableOf();
  const entry = table.add("incoming", local, remote);
  table.carry(entry, plain);
  assert.deepEqual(asked(table), { answer: undefined, answered: true });
  table.seenAs(entry, remote);
  const question = asked(table);
  assert.equal(question.answered, false);
  table.reached(entry);
  await Promise.resolve();
  assert.equal(question.answer, entry);
});

test("a connection that has another one's ends before it moves changes no answer", async () => {
  const { table } = tableOf();
  const first = reachedAs(table, 1);
  const second = table.add("incoming", local, remote);
  assert.equal(asked(table).answer, first);
  table.carry(second, plain);
  assert.equal(asked(table).answer, first);
  // The port is free to bind, and taken when it comes to connecting.
  table.seenAs(second, remote);
  const meanwhile = asked(table);
  assert.equal(meanwhile.answered, false);
  table.seenAs(second, { ...remote, port: 2 });
  table.reached(second);
  await Promise.resolve();
  assert.equal(meanwhile.answer, first);
  assert.equal(asked(table).answer, first);
  table.remove(second);
  assert.equal(asked(table).answer, first);
});

test("where two could be meant, neither is the answer, until one has gone", () => {
  const { table } = tableOf();
  const first = reachedAs(table, 1);
  const second = reachedAs(table, 2);
  assert.deepEqual(asked(table), { answer: undefined, answered: true });
  table.remove(first);
  assert.equal(asked(table).answer, second);
});

test("who asked about one that never stands is not told of a later one with its ends", async () => {
  const { table } = tableOf();
  const first = table.add("outgoing", local, remote);
  const question = asked(table);
  table.remove(first);
  table.carry(table.add("outgoing", local, remote), plain);
  await Promise.resolve();
  assert.deepEqual(question, { answer: undefined, answered: true });
});
