import assert from "node:assert/strict";
import { test } from "node:test";
import { trustedPeer } from "@countersign/gateway";
import { type SentRequest, visitOf } from "../src/sent-visit.ts";
import { createTrustedPeers } from "../src/trusted-peers.ts";

const forwarded = {
  "x-forwarded-for": "192.0.2.7",
  "x-forwarded-proto": "https",
  "x-forwarded-host": "app.example.com",
};
const plain: SentRequest = {
  method: "GET",
  httpVersion: "1.1",
  target: "/page",
  scheme: "http",
  host: "127.0.0.1:8000",
  isClear: true,
  peer: "10.0.0.9",
  headers: new Map(Object.entries(forwarded)),
  oddHeaderNames: [],
};
const peers = createTrustedPeers(["10.0.0.1"]);

/** What is said of the way here, and whether anybody can come in. */
function way(sent: Partial<SentRequest>) {
  const { scheme, host, clientAddress } = visitOf({ ...plain, ...sent }, peers);
  return { scheme, host, clientAddress };
}

test("takes the way here from the connection", () => {
  const direct = { scheme: "http", host: "127.0.0.1:8000", clientAddress: "10.0.0.9" };
  assert.deepEqual(way({}), direct);
});

test("takes the way here from a trusted proxy, or a trusted socket", () => {
  const behind = { scheme: "https", host: "app.example.com", clientAddress: "192.0.2.7" };
  assert.deepEqual(way({ peer: "10.0.0.1" }), behind);
  assert.deepEqual(way({ peer: trustedPeer }), behind);
});

test("takes the connection for what a trusted proxy says nothing of", () => {
  const direct = { scheme: "http", host: "127.0.0.1:8000", clientAddress: "10.0.0.1" };
  assert.deepEqual(way({ peer: "10.0.0.1", headers: new Map() }), direct);
});

const unknown = {
  "who sent it": { peer: undefined },
  "who is behind a trusted socket": { peer: trustedPeer, headers: new Map() },
  "which site is meant": { host: undefined },
  "which site is meant, whatever a proxy says": { isClear: false, peer: "10.0.0.1" },
  "how the visitor came": {
    peer: "10.0.0.1",
    headers: new Map([["x-forwarded-proto", "https, http"]]),
  },
} satisfies Record<string, Partial<SentRequest>>;

for (const [what, sent] of Object.entries(unknown)) {
  test(`names no site when it is not known ${what}`, () => {
    assert.equal(way(sent).host, "");
  });
}
