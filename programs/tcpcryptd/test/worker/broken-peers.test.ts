import assert from "node:assert/strict";
import { test } from "node:test";
import { BrokenPeers } from "../../src/worker/broken-peers.ts";

const remote = { address: "192.0.2.1", port: 80 };

for (const end of ["network-reset", "end-in-key-exchange"] as const) {
  test(`a peer is broken after three ends in a row (${end})`, () => {
    const peers = new BrokenPeers();
    const failed = () => peers.failed(remote, end);
    assert.deepEqual([failed(), failed(), failed()], [false, false, true]);
    assert.deepEqual([failed(), failed(), failed()], [false, false, true]);
  });
}

test("a success in between starts the count anew", () => {
  const peers = new BrokenPeers();
  for (let round = 0; round < 5; round += 1) {
    assert.equal(peers.failed(remote, "network-reset"), false);
    assert.equal(peers.failed(remote, "network-reset"), false);
    peers.succeeded(remote);
  }
});

test("destinations are counted by themselves", () => {
  const peers = new BrokenPeers();
  for (const port of [80, 81, 82, 80, 81, 82]) {
    assert.equal(peers.failed({ ...remote, port }, "network-reset"), false);
  }
  assert.equal(peers.failed(remote, "network-reset"), true);
});

for (const end of ["bad-magic", "init-too-short", "key-exchange-timed-out"] as const) {
  test(`a peer is broken at once when its exchange is (${end})`, () => {
    assert.equal(new BrokenPeers().failed(remote, end), true);
  });
}

for (const end of ["application-reset", "reset-by-us", "orderly"] as const) {
  test(`what this side does says nothing about the peer (${end})`, () => {
    const peers = new BrokenPeers();
    for (let round = 0; round < 5; round += 1) assert.equal(peers.failed(remote, end), false);
  });
}

test("remembers so many destinations, and forgets the oldest first", () => {
  const peers = new BrokenPeers();
  const fail = (port: number) => peers.failed({ ...remote, port }, "network-reset");
  for (let round = 0; round < 2; round += 1) assert.equal(fail(1), false);
  for (let port = 2; port <= 1026; port += 1) assert.equal(fail(port), false);
  assert.deepEqual([fail(1), fail(1), fail(1)], [false, false, true]);
  assert.deepEqual([fail(1026), fail(1026)], [false, true]);
});
