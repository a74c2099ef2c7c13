import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { loadLibc } from "../../src/kernel/libc.ts";
import { allOf, wireTo } from "./joined-sockets.ts";
import { TwoHosts } from "./two-hosts.ts";

const libc = loadLibc();
/** MSG_OOB: the last byte is an urgent one. */
const outOfBand = 1;

function sendUrgently(socket: Socket, bytes: Buffer): void {
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
  assert.equal(libc.send(fd, bytes, bytes.length, outOfBand), bytes.length);
}

const words = ["one!", "two!", "three!"];

for (const from of ["opener", "acceptor"] as const) {
  const to = from === "opener" ? "acceptor" : "opener";

  test(`urgent bytes of an application stay where they are in its stream (${from})`, async (t) => {
    const hosts = await new TwoHosts().start(t);
    const ends = await hosts.open();
    const got = allOf(ends[to]);
    for (const word of words) {
      sendUrgently(ends[from], Buffer.from(word));
      await setImmediate();
    }
    ends[from].end("end");
    assert.equal(String(await got), `${words.join("")}end`);
    ends[to].destroy();
  });

  test(`who forges urgent pointers changes nothing (to the ${to})`, async (t) => {
    const hosts = await new TwoHosts().start(t);
    const wire = await wireTo(t, hosts.server.incomingPort);
    const ends = await hosts.open(wire.port);
    const { near, far } = await wire.connection;
    const [source, target] = from === "opener" ? [near, far] : [far, near];
    source.unpipe(target);
    source.on("data", (piece: Buffer) => sendUrgently(target, piece));
    source.resume();
    const pieces: Buffer[] = [];
    ends[to].on("data", (piece: Buffer) => pieces.push(piece));
    for (const word of words) {
      ends[from].write(word);
      for (let turn = 0; turn < 100; turn += 1) await setImmediate();
    }
    assert.equal(Buffer.concat(pieces).toString(), words.join(""));
    ends[from].destroy();
  });
}
