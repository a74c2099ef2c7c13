import assert from "node:assert/strict";
import { test } from "node:test";
import { addressBits, parseAddress } from "@countersign/ticket";
import fc from "fast-check";
import { PolicyError } from "../../src/policy/policy-error.ts";
import { clientAddressOf, createTrustedProxies, trustedPeer } from "../../src/visit/forwarded.ts";

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
  ["from a unix socket", trustedPeer, "192.0.2.1", "192.0.2.1"],
  ["from a unix socket, without the header", trustedPeer, undefined, undefined],
  ["from a peer that is no address", "", "192.0.2.1", undefined],
  ["from an unknown peer", "203.0.113.9", "192.0.2.1", "203.0.113.9"],
  ["without the header", "127.0.0.1", undefined, "127.0.0.1"],
  ["from one proxy", "127.0.0.1", "192.0.2.1", "192.0.2.1"],
  ["from a proxy in IPv6 clothing", "::ffff:127.0.0.1", "192.0.2.1", "192.0.2.1"],
  ["through two proxies", "127.0.0.1", "192.0.2.1, 10.0.0.5", "192.0.2.1"],
  ["with a made-up beginning", "127.0.0.1", "10.0.0.9, 192.0.2.1", "192.0.2.1"],
  ["with nothing but proxies", "127.0.0.1", "10.0.0.9, 10.0.0.5", "10.0.0.9"],
  ["with an entry that is no address", "127.0.0.1", "192.0.2.1, unknown", "127.0.0.1"],
  ["with a port", "127.0.0.1", "192.0.2.1:80", "127.0.0.1"],
  ["with an empty header", "127.0.0.1", "", "127.0.0.1"],
  ["with an empty entry", "127.0.0.1", "192.0.2.1,", "127.0.0.1"],
  ["with IPv6 in another spelling", "127.0.0.1", "2001:0DB9:0::7", "2001:db9::7"],
  ["with IPv4 in IPv6 clothing", "127.0.0.1", "::ffff:192.0.2.1", "192.0.2.1"],
] as const;

for (const [what, peer, header, client] of forwarded) {
  test(`finds the client ${what}`, () =>
    assert.equal(clientAddressOf(peer, header, proxies), client));
}

const address = fc.oneof(fc.ipV4(), fc.ipV6());
const entry = fc.oneof(address, fc.constantFrom("127.0.0.1", "10.0.0.9", ""), fc.string());
const header = fc.array(entry, { maxLength: 6 }).map((entries) => entries.join(", "));

test("no word from a stranger changes anything", () => {
  fc.assert(
    fc.property(address, header, (peer, forwardedFor) => {
      fc.pre(!proxies.trusts(peer));
      assert.equal(clientAddressOf(peer, forwardedFor, proxies), parseAddress(peer));
    }),
  );
});

test("whatever a proxy forwards, the client is a canonical address", () => {
  fc.assert(
    fc.property(header, (forwardedFor) => {
      const client = clientAddressOf("127.0.0.1", forwardedFor, proxies);
      assert.ok(client !== undefined && parseAddress(client) === client);
    }),
  );
});

test("what a client writes itself, left of what its proxy adds, changes nothing", () => {
  fc.assert(
    fc.property(header, address, (claim, client) => {
      fc.pre(!proxies.trusts(client));
      const found = clientAddressOf("127.0.0.1", `${claim}, ${client}`, proxies);
      assert.equal(found, parseAddress(client));
    }),
  );
});

const bitsOf = (text: string) => addressBits(text) ?? assert.fail(text);

test("a range trusts exactly the addresses that begin with its bits", () => {
  fc.assert(
    fc.property(address, fc.integer({ min: 8, max: 128 }), address, (start, length, other) => {
      const bits = bitsOf(start);
      fc.pre(length <= bits.length);
      const range = createTrustedProxies([`${start}/${length}`]);
      assert.ok(range.trusts(start));
      const isInside =
        bitsOf(other).length === bits.length && bitsOf(other).startsWith(bits.slice(0, length));
      assert.equal(range.trusts(other), isInside);
    }),
  );
});

test("a range is trusted or refused with its own error, whatever the text, and never everybody", () => {
  const length = fc.integer({ min: -1, max: 200 });
  const text = fc.oneof(
    fc.string(),
    fc.tuple(fc.oneof(address, fc.string()), length).map(([start, bits]) => `${start}/${bits}`),
  );
  fc.assert(
    fc.property(text, (range) => {
      try {
        const { trusts } = createTrustedProxies([range]);
        assert.ok(!["1.0.0.0", "129.0.0.0"].every(trusts) && !["::2", "8000::"].every(trusts));
      } catch (error) {
        assert.ok(error instanceof PolicyError && error.code === "bad-address-range");
      }
    }),
  );
});
