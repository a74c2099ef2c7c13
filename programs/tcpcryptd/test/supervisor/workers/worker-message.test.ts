import assert from "node:assert/strict";
import { test } from "node:test";
import { readWorkerMessage } from "../../../src/supervisor/workers/worker-message.ts";
import type { ConnectionReport, FromWorker } from "../../../src/worker/messages.ts";

const remote = { address: "2001:db8::1", port: 80 };
const plain: ConnectionReport = {
  direction: "outgoing",
  local: { address: "192.0.2.1", port: 40_000 },
  remote: { address: "192.0.2.2", port: 80 },
  bytes: { sent: 1, received: 2 },
  openedAt: 1_790_000_000,
  encrypted: false,
  reason: "no-option",
};
const { reason: _, ...ends } = plain;
const encrypted: ConnectionReport = {
  ...ends,
  encrypted: true,
  sessionId: "23".repeat(33),
  role: "A",
  tep: "curve25519",
  aead: "aes-128-gcm",
  resumed: false,
  aware: { local: false, remote: false },
  rekeys: { local: 0, remote: 0 },
};
const counts = {
  open: { encrypted: 1, plain: 0, opening: 0 },
  opened: { encrypted: 1, plain: 0, resumed: 0 },
  aborted: { "no-room": 3 },
  cachedSecrets: 1,
};

const good = {
  ready: [{ type: "ready" }],
  dialed: [
    { type: "dialed", id: 7, outcome: "connected" },
    { type: "dialed", id: 7, outcome: "refused", errno: "ECONNREFUSED" },
  ],
  plain: [{ type: "plain", remote, reason: "no-option" }],
  pong: [{ type: "pong", number: 1 }],
  answer: [
    { type: "answer", question: 0, answer: { connections: [plain, encrypted] } },
    { type: "answer", question: 1, answer: { counts } },
    { type: "answer", question: 2, answer: { done: true } },
  ],
  opened: [{ type: "opened", connection: encrypted }],
  closed: [{ type: "closed", connection: plain }],
  log: [{ type: "log", level: "warn", what: "something" }],
  drained: [{ type: "drained" }],
} satisfies { [T in FromWorker["type"]]: (FromWorker & { type: T })[] };

for (const [type, messages] of Object.entries(good)) {
  test(`reads what a worker says: ${type}`, () => {
    for (const message of messages) assert.deepEqual(readWorkerMessage(message), message);
  });
}

test("reads no address and no port that is more than that", () => {
  const addresses = [
    "192.0.2.1 . 80 }; flush ruleset; add element inet x y { 192.0.2.1",
    "192.0.2.1\nflush ruleset",
    "fe80::1%eth0;flush ruleset",
    "::ffff:192.0.2.1",
    "localhost",
    "",
  ];
  for (const address of addresses) {
    const said = { type: "plain", remote: { address, port: 80 }, reason: "no-option" };
    assert.equal(readWorkerMessage(said), undefined, address);
  }
  for (const port of ["80 }; flush ruleset", -1, 65_536, 1.5, null]) {
    const said = { type: "plain", remote: { ...remote, port }, reason: "no-option" };
    assert.equal(readWorkerMessage(said), undefined, String(port));
  }
});

test("reads nothing else", () => {
  const bad = [
    undefined,
    null,
    "ready",
    { type: "start" },
    { type: "ready", more: 1 },
    { type: "dialed", id: 7, outcome: "welcome" },
    { type: "dialed", id: 7, outcome: "refused" },
    { type: "log", level: "constructor", what: "" },
    { type: "opened", connection: {} },
    { type: "opened", connection: { ...plain, local: undefined } },
    { type: "answer", question: 0, answer: { connections: [{ ...encrypted, sessionId: "23" }] } },
    { type: "answer", question: 0, answer: { counts: { ...counts, cachedSecrets: -1 } } },
  ];
  for (const said of bad) assert.equal(readWorkerMessage(said), undefined, JSON.stringify(said));
});
