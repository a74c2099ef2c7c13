import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FindResumption } from "../../src/eno/answer.ts";
import type { Opener } from "../../src/eno/handshake.ts";
import type { Terms } from "../../src/eno/terms.ts";
import { halves, type Negotiation, negotiation } from "./arbitraries.ts";
import { option } from "./bytes.ts";
import { type Segment, TcpHost } from "./tcp-host.ts";

type Number01 = 0 | 1;
type Hosts = readonly [TcpHost, TcpHost];

/** Whether the network takes the ENO option out of a segment of this kind from this host. */
type Strips = (from: Number01, kind: Segment["kind"]) => boolean;

/** One thing that happens; `pick` chooses among the segments on their way. */
const occurrence = fc.oneof(
  fc.record({
    what: fc.constantFrom("deliver", "deliver", "repeat", "drop"),
    pick: fc.nat(7),
  }),
  fc.record({
    what: fc.constantFrom("open", "retransmit", "retransmit-without", "write"),
    host: fc.constantFrom<Number01>(0, 1),
  }),
);
type Occurrence = typeof occurrence extends fc.Arbitrary<infer Value> ? Value : never;
const history = fc.array(occurrence, { maxLength: 40 });

/** Lets `happened` happen, and then everything that has to, until both have each other's data. */
function run(hosts: Hosts, happened: readonly Occurrence[], strip: Strips): void {
  const onTheWay: { readonly from: Number01; readonly segment: Segment }[] = [];
  const send = (from: Number01, segments: readonly Segment[]) => {
    for (const segment of segments) {
      const stripped = strip(from, segment.kind) ? { ...segment, enoOptions: [] } : segment;
      onTheWay.push({ from, segment: stripped });
    }
  };
  const deliver = ({ from, segment }: (typeof onTheWay)[number]) => {
    const to = from === 0 ? 1 : 0;
    send(to, hosts[to].receive(segment));
  };
  for (const one of happened) {
    if ("pick" in one) {
      const index = one.pick % Math.max(1, onTheWay.length);
      const found = onTheWay[index];
      if (found === undefined) continue;
      if (one.what !== "repeat") onTheWay.splice(index, 1);
      if (one.what !== "drop") deliver(found);
    } else {
      const host = hosts[one.host];
      if (one.what === "open") send(one.host, host.open());
      else if (one.what === "write") send(one.host, host.write());
      else send(one.host, host.retransmit(one.what === "retransmit"));
    }
  }
  for (let round = 0; round < 10 && !hosts.every(isDone); round += 1) {
    for (const from of [0, 1] as const) {
      send(from, hosts[from].open());
      send(from, hosts[from].retransmit());
      send(from, hosts[from].write());
    }
    for (const each of onTheWay.splice(0)) deliver(each);
  }
  assert.ok(hosts.every(isDone), "the connection never came to an end");
}

function isDone(host: TcpHost): boolean {
  return host.aborted || host.delivered !== undefined;
}

function hostsOf({ terms, sent }: Negotiation, opens: "passively" | "actively"): Hosts {
  const find: FindResumption = (tep, half) => {
    const known = terms[1].resumption;
    const isKnown = known?.tep === tep && Buffer.compare(known.expectedHalf, half) === 0;
    return isKnown ? { half: halves[1], nonce: new Uint8Array(8) } : undefined;
  };
  const second: Opener =
    opens === "actively"
      ? { opens, terms: terms[1], option: sent[1] }
      : { opens, terms: terms[1], find };
  const first: Opener = { opens: "actively", terms: terms[0], option: sent[0] };
  return [new TcpHost(first), new TcpHost(second)];
}

/** Both encrypt, with one transcript and complementary roles, or both deliver what was sent. */
function assertOneMind(hosts: Hosts): "encrypting" | "plain" {
  const [first, second] = [hosts[0].handshake, hosts[1].handshake];
  for (const host of hosts) {
    assert.equal(host.aborted, false);
    assert.equal(host.delivered, "plaintext");
  }
  if (first.state === "encrypting" && second.state === "encrypting") {
    assert.deepEqual(first.agreement.transcript, second.agreement.transcript);
    assert.equal(first.agreement.tepByte, second.agreement.tepByte);
    assert.notEqual(first.agreement.role, second.agreement.role);
    return "encrypting";
  }
  assert.deepEqual([first.state, second.state], ["disabled", "disabled"]);
  return "plain";
}

for (const opens of ["passively", "actively"] as const) {
  const title = opens === "actively" ? "a simultaneous open" : "a three-way handshake";
  test(`${title} over a network that drops, repeats and reorders ends in one mind`, () => {
    const ends = { encrypting: 0, plain: 0 };
    fc.assert(
      fc.property(negotiation, history, (hosts, happened) => {
        const both = hostsOf(hosts, opens);
        run(both, happened, () => false);
        ends[assertOneMind(both)] += 1;
      }),
      { numRuns: 3000, seed: 8547 },
    );
    assert.ok(ends.encrypting > 300 && ends.plain > 300, JSON.stringify(ends));
  });

  const kinds: readonly Segment["kind"][] = opens === "actively" ? ["syn"] : ["syn", "syn-ack"];
  test(`${title} where ENO is stripped from ${kinds.join(" or ")} segments ends in one mind`, () => {
    const some = fc.subarray([...kinds]);
    fc.assert(
      fc.property(negotiation, history, some, some, (hosts, happened, ofFirst, ofSecond) => {
        const both = hostsOf(hosts, opens);
        run(both, happened, (from, kind) => (from === 0 ? ofFirst : ofSecond).includes(kind));
        assertOneMind(both);
      }),
      { numRuns: 2000, seed: 8547 },
    );
  });
}

const terms: Terms = { teps: [0x23], aware: "off" };
const hostA: Opener = { opens: "actively", terms, option: option("23") };

/** Where ENO passes in the first SYN, and not in what tells host B that its own has arrived. */
const lostAcks: Readonly<Record<string, readonly [hostB: Opener, kind: Segment["kind"]]>> = {
  "non-SYN segments": [{ opens: "passively", terms }, "non-syn"],
  "SYN-ACK of a simultaneous open": [
    { opens: "actively", terms, option: option("01 23") },
    "syn-ack",
  ],
};

for (const [which, [hostB, stripped]] of Object.entries(lostAcks)) {
  test(`ENO stripped from host A's ${which} only breaks the connection (RFC 8547 §9)`, () => {
    const [a, b] = [new TcpHost(hostA), new TcpHost(hostB)];
    run([a, b], [], (from, kind) => from === 0 && kind === stripped);
    assert.equal(a.handshake.state, "encrypting");
    assert.deepEqual(b.handshake, { state: "disabled", reason: "no-option" });
    // Nothing that A's application wrote shows: B's gets ciphertext, and A ends the connection at
    // B's plaintext.
    assert.equal(b.delivered, "ciphertext");
    assert.deepEqual([a.delivered, a.aborted], [undefined, true]);
  });
}

test("ENO stripped from host B's ACKs only changes nothing", () => {
  fc.assert(
    fc.property(negotiation, history, (hosts, happened) => {
      const both = hostsOf(hosts, "passively");
      run(both, happened, (from, kind) => from === 1 && kind === "non-syn");
      assertOneMind(both);
    }),
  );
});

test("a middlebox that echoes unknown options to the active opener disables encryption", () => {
  const a = new TcpHost(hostA);
  const [sent] = a.open();
  assert.ok(sent !== undefined);
  const reply = a.receive({ ...sent, kind: "syn-ack" });
  assert.deepEqual(a.handshake, { state: "disabled", reason: "same-role" });
  assert.deepEqual(reply, [{ kind: "non-syn", enoOptions: [], data: undefined }]);
});
