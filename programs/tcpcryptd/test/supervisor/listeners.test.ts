import assert from "node:assert/strict";
import { test } from "node:test";
import type { SocketOptions } from "../../src/kernel/kernel.ts";
import { openListeners } from "../../src/supervisor/listeners.ts";
import { treatment } from "./rules/sample.ts";

/** Sockets that are numbers: the port of `fd` is 1000 more. */
function sockets({ withoutIpv6 = false, failAt = Number.POSITIVE_INFINITY } = {}) {
  const open = new Map<number, SocketOptions>();
  const resetting = new Set<number>();
  let next = 3;
  return {
    open,
    resetting,
    tcpSocket(options: SocketOptions) {
      if (withoutIpv6 && options.family === 6) {
        throw Object.assign(new Error("socket: EAFNOSUPPORT"), { code: "EAFNOSUPPORT" });
      }
      if (next >= failAt) throw Object.assign(new Error("socket: EMFILE"), { code: "EMFILE" });
      open.set(next, options);
      return next++;
    },
    boundPort: (fd: number) => fd + 1000,
    resetOnClose: (fd: number, on: boolean) => void (on ? resetting.add(fd) : resetting.delete(fd)),
    close: (fd: number) => void open.delete(fd),
  };
}

const treatments = [treatment("opportunistic"), treatment("required")];

test("what nobody takes care of is reset, and does not look finished", () => {
  const calls = sockets();
  openListeners(calls, 2, treatments);
  assert.deepEqual([...calls.resetting], [...calls.open.keys()]);
});

test("opens for each worker loopback, and every address for each treatment", () => {
  const calls = sockets();
  const listeners = openListeners(calls, 2, treatments);
  assert.deepEqual(
    [...calls.open.values()].map(({ family, bind }) => `${family} ${bind?.address} ${bind?.port}`),
    [
      "4 127.0.0.1 0",
      "6 ::1 0",
      "4 127.0.0.1 0",
      "6 ::1 0",
      ...Array.from({ length: 4 }, () => ["4 0.0.0.0 0", "6 :: 0"]).flat(),
    ],
  );
  const [first, second] = [listeners.fdsOf(0), listeners.fdsOf(1)];
  assert.deepEqual(
    [first.outgoing, second.outgoing],
    [
      [4, 5],
      [6, 7],
    ],
  );
  assert.deepEqual(
    [first, second].map(({ incoming }) =>
      incoming.map(({ fd, treatment: { mode } }) => [fd, mode]),
    ),
    [
      [
        [8, "opportunistic"],
        [9, "opportunistic"],
        [12, "required"],
        [13, "required"],
      ],
      [
        [10, "opportunistic"],
        [11, "opportunistic"],
        [14, "required"],
        [15, "required"],
      ],
    ],
  );
  assert.deepEqual(listeners.incomingPortsOf(1), [1010, 1011, 1014, 1015]);
  assert.deepEqual(listeners.ports.outgoing, [
    { 4: 1004, 6: 1005 },
    { 4: 1006, 6: 1007 },
  ]);
  assert.deepEqual(
    listeners.ports.incoming.map(({ ports }) => ports),
    [
      [
        { 4: 1008, 6: 1009 },
        { 4: 1010, 6: 1011 },
      ],
      [
        { 4: 1012, 6: 1013 },
        { 4: 1014, 6: 1015 },
      ],
    ],
  );
  listeners.close();
  assert.equal(calls.open.size, 0);
});

test("does without IPv6 where there is none", () => {
  const listeners = openListeners(sockets({ withoutIpv6: true }), 1, treatments);
  assert.deepEqual(listeners.families, [4]);
  assert.deepEqual(listeners.ports.outgoing, [{ 4: 1003 }]);
  assert.equal(listeners.fdsOf(0).incoming.length, 2);
});

test("closes what it has opened when it cannot go on", () => {
  const calls = sockets({ failAt: 7 });
  assert.throws(() => openListeners(calls, 2, treatments), { code: "EMFILE" });
  assert.equal(calls.open.size, 0);
});
