import assert from "node:assert/strict";
import { test } from "node:test";
import type { AddressBlock } from "@countersign/settings";
import fc from "fast-check";
import {
  addressPrefix,
  canonicalAddress,
  clientAddress,
  trustedProxies,
} from "../src/client-address.ts";

const blocks: AddressBlock[] = [
  { family: "ipv4", address: "127.0.0.1", prefixLength: 32 },
  { family: "ipv4", address: "10.0.0.0", prefixLength: 8 },
  { family: "ipv6", address: "fd00::", prefixLength: 8 },
];
const isTrusted = trustedProxies(blocks);

const cases = [
  ["a stranger's word does not count", "203.0.113.9", "192.0.2.1", "203.0.113.9"],
  ["a trusted proxy's word counts", "127.0.0.1", "192.0.2.1", "192.0.2.1"],
  ["also when its address comes in IPv6 clothing", "::ffff:127.0.0.1", "192.0.2.1", "192.0.2.1"],
  ["the right-most stranger is the client", "127.0.0.1", "6.6.6.6, 192.0.2.1", "192.0.2.1"],
  ["behind several trusted proxies too", "127.0.0.1", "6.6.6.6,192.0.2.1,10.1.2.3", "192.0.2.1"],
  ["all trusted: the furthest", "127.0.0.1", "10.9.9.9, 10.1.2.3", "10.9.9.9"],
  ["a proxy that says nothing stands for itself", "10.1.2.3", null, "10.1.2.3"],
  ["what is no address ends the search", "127.0.0.1", "192.0.2.1, unknown", "127.0.0.1"],
  ["a port is no part of an address", "127.0.0.1", "192.0.2.1:443", "127.0.0.1"],
  ["an empty entry is no address", "127.0.0.1", "192.0.2.1,", "127.0.0.1"],
  ["IPv6 has one spelling", "fd00::1", "2001:DB8:0::7", "2001:db8::7"],
  ["IPv4-mapped entries are IPv4", "127.0.0.1", "::ffff:192.0.2.1", "192.0.2.1"],
  ["a unix socket's peer is trusted", undefined, "192.0.2.1", "192.0.2.1"],
  ["a unix socket without a word: unknown", undefined, null, undefined],
] as const;

for (const [name, peer, forwardedFor, expected] of cases) {
  test(name, () => assert.equal(clientAddress(peer, forwardedFor, isTrusted), expected));
}

test("no word from a stranger changes anything", () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.string(), (peer, forwardedFor) => {
      fc.pre(!isTrusted(peer));
      assert.equal(clientAddress(peer, forwardedFor, isTrusted), peer);
    }),
  );
});

test("whatever a proxy forwards, the answer is a canonical address", () => {
  const entry = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string());
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const address = clientAddress("127.0.0.1", entries.join(","), isTrusted);
      assert.ok(address !== undefined && canonicalAddress(address) === address);
    }),
  );
});

const prefixes = {
  "192.0.2.77": "192.0.2.0/24",
  "2001:db8:1:2ff:3:4:5:6": "2001:db8:1:200::/56",
  "2001:db8::1": "2001:db8:0:0::/56",
  "::1": "0:0:0:0::/56",
  "fe80::": "fe80:0:0:0::/56",
};

for (const [address, prefix] of Object.entries(prefixes)) {
  test(`${address} belongs to ${prefix}`, () => assert.equal(addressPrefix(address), prefix));
}

test("the last 72 bits of an IPv6 address do not change its prefix", () => {
  const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
  const groups = fc.array(group, { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(groups, groups, (one, other) => {
      const high = (one[3] ?? "0").padStart(4, "0").slice(0, 2);
      const neighbour = [...one.slice(0, 3), `${high}ff`, ...other.slice(4)].join(":");
      const prefixOf = (text: string) => addressPrefix(canonicalAddress(text) ?? "none");
      fc.pre(!prefixOf(one.join(":")).includes("/24") && !prefixOf(neighbour).includes("/24"));
      assert.equal(prefixOf(one.join(":")), prefixOf(neighbour));
    }),
  );
});
