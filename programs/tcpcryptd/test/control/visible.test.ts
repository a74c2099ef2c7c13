import assert from "node:assert/strict";
import { test } from "node:test";
import { maySee, VisibleEvents, visibleTo } from "../../src/control/visible.ts";
import type { Endpoint } from "../../src/worker/messages.ts";
import { report } from "./reports.ts";

/** Ports belong to the user of that number; those that end in 9 have no socket any more. */
const owners = {
  ownerOf: ({ port }: Endpoint) => (port % 10 === 9 ? undefined : port - (port % 10)),
};
const ada = { uid: 1000, seesAll: false };
const root = { uid: 0, seesAll: true };
const all = [1000, 2000, 1001, 1009, 3000].map((port) => report(port));
const ports = (reports: readonly { local: Endpoint }[]) => reports.map(({ local }) => local.port);

test("shows a user the user's own connections, and root all", async () => {
  assert.deepEqual(ports(await visibleTo(ada, owners, all)), [1000, 1001]);
  assert.deepEqual(await visibleTo(root, owners, all), all);
  assert.equal(maySee(ada, owners, report(2000)), false);
  assert.equal(maySee(ada, owners, report(1009)), false);
  assert.equal(maySee(root, owners, report(1009)), true);
});

test("looks at every one of very many", async () => {
  const many = Array.from({ length: 1000 }, (_, index) => report(1000 + (index % 2) * 1000));
  assert.equal((await visibleTo(ada, owners, many)).length, 500);
});

test("tells a watcher of the end of what it has seen, when nobody owns it any more", async () => {
  const socketOf = new Map([
    [1, 1000],
    [2, 1000],
    [3, 2000],
  ]);
  const events = new VisibleEvents(ada, { ownerOf: ({ port }) => socketOf.get(port) });
  await events.begin([report(1)]);
  assert.equal(events.isVisible("opened", report(2)), true);
  assert.equal(events.isVisible("opened", report(3)), false);
  socketOf.clear();
  for (const [port, isVisible] of [
    [1, true],
    [2, true],
    [3, false],
    [1, false],
  ] as const) {
    assert.equal(events.isVisible("closed", report(port)), isVisible, `port ${port}`);
  }
});
