import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bypassText,
  capturingChains,
  ownedTableText,
} from "../../../src/supervisor/rules/owned-table.ts";
import { requiredTableText } from "../../../src/supervisor/rules/required-table.ts";
import { settingsFrom } from "../settings-from.ts";
import { chainOf, relays } from "./sample.ts";

const place = { encryptedPorts: [22, 443], cgroupPrefix: "", ownCgroup: "a/tcpcryptd" };

function chain(name: string, settings: object, where = place): readonly string[] {
  return chainOf(ownedTableText(settingsFrom(settings), relays, where), name);
}

test("is a table that vanishes with its owner", () => {
  const lines = ownedTableText(settingsFrom({ outgoing: [{ ports: [80] }] }), relays, place);
  assert.deepEqual(lines.slice(0, 4), [
    "table inet countersign_tcpcrypt {",
    "flags owner",
    "set bypass4 { type ipv4_addr . inet_service; flags timeout; size 65535; }",
    "set bypass6 { type ipv6_addr . inet_service; flags timeout; size 65535; }",
  ]);
  for (const name of capturingChains) assert.ok(lines.includes(`chain ${name} {`), name);
});

test("holds the SYNs of chosen ports, but for destinations left alone", () => {
  assert.deepEqual(chain("hold", { outgoing: [{ ports: [80, 8080, 80] }] }), [
    "type filter hook output priority mangle",
    "policy accept",
    "meta l4proto != tcp return",
    "tcp flags & (fin | syn | rst | ack) != syn return",
    'oifname "lo" return',
    "fib daddr type { local, broadcast, anycast, multicast } return",
    "ip6 saddr fe80::/10 return",
    "ip6 daddr fe80::/10 return",
    "meta mark != 0 return",
    'socket cgroupv2 level 2 "a/tcpcryptd" return',
    "tcp dport { 80, 8080 } ip daddr . tcp dport @bypass4 return",
    "tcp dport { 80, 8080 } ip6 daddr . tcp dport @bypass6 return",
    "tcp dport { 80, 8080 } meta mark set 0x43000004 return",
  ]);
});

test("names the rule in the mark, in the order of the settings", () => {
  const outgoing = [
    { ports: [25], mode: "off" },
    { ports: [80], mode: "required" },
    { ports: "all", mode: "opportunistic" },
  ];
  assert.deepEqual(chain("hold", { outgoing }).slice(10), [
    "tcp dport { 25 } return",
    "tcp dport { 80 } meta mark set 0x43000104 return",
    "tcp dport != { 22, 443 } ip daddr . tcp dport @bypass4 return",
    "tcp dport != { 22, 443 } ip6 daddr . tcp dport @bypass6 return",
    "tcp dport != { 22, 443 } meta mark set 0x43000204 return",
  ]);
});

test("holds by destination, each network once", () => {
  const destinations = ["10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/8", "192.0.2.1", "2001:db8::/32"];
  assert.deepEqual(
    chain("hold", { outgoing: [{ ports: [80], mode: "required", destinations }] }).slice(10),
    [
      "ip daddr { 10.0.0.0/8, 192.0.2.1 } tcp dport { 80 } meta mark set 0x43000004 return",
      "ip6 daddr { 2001:db8::/32 } tcp dport { 80 } meta mark set 0x43000004 return",
    ],
  );
});

test("holds by control group, as nft finds it", () => {
  const outgoing = [{ ports: "all", mode: "required", cgroup: "system.slice/web.service" }];
  const where = { encryptedPorts: [], cgroupPrefix: "unified/", ownCgroup: "a/tcpcryptd" };
  assert.deepEqual(chain("hold", { outgoing }, where).slice(10), [
    'socket cgroupv2 level 2 "unified/system.slice/web.service" meta mark set 0x43000004 return',
  ]);
});

test("sends what was dialed to its worker, where that has the family", () => {
  assert.deepEqual(chain("redirect_dialed", { outgoing: [{ ports: [80] }] }), [
    "type nat hook output priority -100",
    "policy accept",
    "meta nfproto ipv4 meta l4proto tcp meta mark & 0xfff00000 == 0x44000000 redirect to :4000",
    "meta nfproto ipv6 meta l4proto tcp meta mark & 0xfff00000 == 0x44000000 redirect to :4001",
    "meta nfproto ipv4 meta l4proto tcp meta mark & 0xfff00000 == 0x44100000 redirect to :4002",
  ]);
});

test("redirects SYNs with the ENO option to their client's worker, where somebody listens", () => {
  const incoming = [
    { ports: [25], mode: "off" },
    { ports: [80] },
    { ports: "all", mode: "required" },
  ];
  const [ipv4, ipv6] = [4, 6].map((version) => `meta nfproto ipv${version} meta l4proto tcp`);
  const byClient = "jhash ip saddr mod 2 map";
  assert.deepEqual(chain("redirect_incoming", { incoming }), [
    "type nat hook prerouting priority dstnat",
    "policy accept",
    'iifname "lo" return',
    "fib daddr type != local return",
    "meta l4proto != tcp return",
    "tcp flags & (fin | syn | rst | ack) != syn return",
    "tcp option 69 missing return",
    "ip6 saddr fe80::/10 return",
    "ip6 daddr fe80::/10 return",
    "tcp dport { 4000, 4001, 4002, 5000, 5001, 5004, 5002, 5003, 5005 } return",
    "tcp dport { 25 } return",
    `${ipv4} tcp dport { 80 } socket transparent <= 1 redirect to :${byClient} { 0 : 5000, 1 : 5004 }`,
    `${ipv6} tcp dport { 80 } socket transparent <= 1 redirect to :5001`,
    `${ipv4} tcp dport != { 22, 443 } socket transparent <= 1 redirect to :${byClient} { 0 : 5002, 1 : 5005 }`,
    `${ipv6} tcp dport != { 22, 443 } socket transparent <= 1 redirect to :5003`,
  ]);
});

test("lets the workers take turns where no session is resumed", () => {
  const never = { incoming: [{ ports: [80] }], resumption: { enabled: false } };
  const redirect = "redirect to :numgen inc mod 2 map { 0 : 5000, 1 : 5004 }";
  const expected = `meta nfproto ipv4 meta l4proto tcp tcp dport { 80 } socket transparent <= 1 ${redirect}`;
  assert.equal(chain("redirect_incoming", never).at(-2), expected);

  const ofRule = settingsFrom({ incoming: [{ ports: [80], resumption: false }] });
  const incoming = relays.incoming.map(({ treatment, ports }) => {
    return { treatment: { ...treatment, resumption: false }, ports };
  });
  const lines = chainOf(
    ownedTableText(ofRule, { ...relays, incoming }, place),
    "redirect_incoming",
  );
  assert.equal(lines.at(-2), expected);
});

test("answers for refused and unreachable destinations, and for strangers at the relays", () => {
  const settings = { outgoing: [{ ports: [80] }] };
  assert.deepEqual(chain("answer", settings).slice(2), [
    "meta l4proto != tcp return",
    "tcp flags & (fin | syn | rst | ack) != syn return",
    "meta mark 0x43000002 reject with tcp reset",
    "meta mark 0x43000003 reject with icmpx host-unreachable",
  ]);
  assert.deepEqual(chain("redirected_only", settings).slice(2), [
    "tcp dport { 4000, 4001, 4002, 5000, 5001, 5004, 5002, 5003, 5005 } ct status & dnat != dnat reject with tcp reset",
  ]);
});

test("does not track the application's side of incoming connections", () => {
  const settings = { outgoing: [{ ports: [80] }] };
  assert.deepEqual(chain("untracked_sent", settings).slice(2), ["meta mark 0x43000001 notrack"]);
  assert.deepEqual(chain("untracked_arriving", settings).slice(2), [
    'iifname "lo" meta mark 0x43000001 notrack',
  ]);
});

test("leaves a destination alone for a while", () => {
  assert.equal(
    bypassText({ address: "192.0.2.1", port: 80 }, 300),
    "add element inet countersign_tcpcrypt bypass4 { 192.0.2.1 . 80 timeout 300s }",
  );
  assert.equal(
    bypassText({ address: "2001:db8::1", port: 80 }, 5),
    "add element inet countersign_tcpcrypt bypass6 { 2001:db8::1 . 80 timeout 5s }",
  );
});

test("closes required ports as well as the table without an owner, which others can flush", () => {
  const settings = settingsFrom({ incoming: [{ ports: [80], mode: "required" }] });
  const [owned, required = []] = [
    ownedTableText(settings, relays, place),
    requiredTableText(settings, relays, place),
  ];
  for (const name of ["required_outgoing", "required_incoming"]) {
    assert.deepEqual(chainOf(owned, name), chainOf(required, name));
    assert.ok(chainOf(owned, name).length > 2);
  }
});
