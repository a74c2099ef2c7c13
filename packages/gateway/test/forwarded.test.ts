import assert from "node:assert/strict";
import { test } from "node:test";
import { clientAddressOf, createTrustedProxies } from "../src/forwarded.ts";

const proxies = createTrustedProxies(["127.0.0.1", "10.0.0.0/8", "2001:db8::/32", "::1"]);

const trusted = {
  "127.0.0.1": true,
  "::ffff:127.0.0.1": true,
  "127.0.0.2": false,
  "10.255.0.1": true,
  "11.0.0.1": false,
  "2001:DB8:ffff::1": true,
  "2001:db9::1": false,
  "::1": true,
  "0:0:0:0:0:0:0:1": true,
  "": false,
  "10.0.0.1 ": false,
  "unix:": false,
};

for (const [address, is] of Object.entries(trusted)) {
  test(`${is ? "trusts" : "does not trust"} ${JSON.stringify(address)}`, () => {
    assert.equal(proxies.trusts(address), is);
  });
}

test("takes a range with its own prefix length", () => {
  const range = createTrustedProxies([{ address: "192.0.2.128", prefixLength: 25 }]);
  assert.deepEqual([range.trusts("192.0.2.200"), range.trusts("192.0.2.100")], [true, false]);
});

for (const range of [
  "0.0.0.0/0",
  "::/0",
  "10.0.0.0/7",
  "fc00::/6",
  "10.0.0.0/33",
  "::1/129",
  "localhost",
  "10.0.0.0/",
  "10.0.0.0/8/8",
  "",
  "*",
]) {
  test(`refuses the range ${JSON.stringify(range)}`, () => {
    assert.throws(() => createTrustedProxies([range]), {
      name: "PolicyError",
      code: "bad-address-range",
    });
  });
}

const forwarded = [
  ["from an unknown peer", "203.0.113.9", "192.0.2.1", "203.0.113.9"],
  ["without the header", "127.0.0.1", undefined, "127.0.0.1"],
  ["from one proxy", "127.0.0.1", "192.0.2.1", "192.0.2.1"],
  ["through two proxies", "127.0.0.1", "192.0.2.1, 10.0.0.5", "192.0.2.1"],
  ["with a made-up beginning", "127.0.0.1", "10.0.0.9, 192.0.2.1", "192.0.2.1"],
  ["with nothing but proxies", "127.0.0.1", "10.0.0.9", "10.0.0.9"],
  ["with an entry that is no address", "127.0.0.1", "192.0.2.1, unknown", "127.0.0.1"],
  ["with a port", "127.0.0.1", "192.0.2.1:80", "127.0.0.1"],
  ["with an empty header", "127.0.0.1", "", "127.0.0.1"],
] as const;

for (const [what, peer, header, client] of forwarded) {
  test(`finds the client ${what}`, () =>
    assert.equal(clientAddressOf(peer, header, proxies), client));
}
