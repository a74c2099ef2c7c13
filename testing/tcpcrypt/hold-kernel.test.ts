import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import type { DialOrder } from "@countersign/tcpcryptd/hold/held-syns.ts";
import { type Hold, type HoldOptions, startHold } from "@countersign/tcpcryptd/hold/hold.ts";
import { systemCalls } from "@countersign/tcpcryptd/kernel/system-calls.ts";
import {
  dialedMark,
  dialedMask,
  heldMark,
  refuseMark,
  unreachableMark,
} from "@countersign/tcpcryptd/marks.ts";
import { atEnd } from "../kit/cleanup.ts";
import type { Host } from "../kit/namespaces/host.ts";
import { createPair } from "../kit/namespaces/network.ts";
import type { ServerProcess } from "../kit/server-process.ts";
import { waitUntil } from "../kit/wait-until.ts";

const port = 80;
const relayPort = 4000;
const rule = 3;
const tableName = "cs_held";

/** What the supervisor's own rules do, as far as holding needs it. */
const rules = `
table inet cs_rules {
  chain hold {
    type filter hook output priority mangle;
    meta mark 0 tcp dport ${port} tcp flags & (syn | ack) == syn meta mark set ${heldMark(rule)}
  }
  chain dialed {
    type nat hook output priority -100;
    meta l4proto tcp meta mark & ${dialedMask} == ${dialedMark(0, 0)} redirect to :${relayPort}
  }
  chain answer {
    type filter hook output priority filter;
    meta mark ${refuseMark} meta l4proto tcp reject with tcp reset
    meta mark ${unreachableMark} reject with icmpx host-unreachable
  }
}
`;

const treatment = {
  mode: "opportunistic",
  aware: false,
  passiveRole: false,
  resumption: true,
} as const;

/** Holds the SYNs of a host; its dials end as the test says. */
interface Held {
  readonly hold: Hold;
  readonly dials: DialOrder[];
  readonly abandoned: { readonly id: number }[];
  /** What is asked about each new connection. */
  readonly decided: Parameters<HoldOptions["decide"]>[0][];
}

async function startHeld(
  t: TestContext,
  host: Host,
  {
    onDial = () => {},
    decide = () => treatment,
    ...more
  }: Partial<HoldOptions> & { onDial?: (order: DialOrder, hold: Hold) => void } = {},
): Promise<Held> {
  const dials: DialOrder[] = [];
  const abandoned: { readonly id: number }[] = [];
  const decided: Held["decided"] = [];
  const hold: Hold = host.inside(() =>
    startHold({
      systemCalls: systemCalls(),
      tableName,
      decide(syn) {
        decided.push(syn);
        return decide(syn);
      },
      chooseWorker: () => 5,
      dial(order) {
        dials.push(order);
        onDial(order, hold);
      },
      abandon: (dial) => void abandoned.push(dial),
      journal: () => {},
      run: () => assert.fail("no command is needed on this kernel"),
      now: () => performance.now(),
      failed: (error) => assert.fail(String(error)),
      ...more,
    }),
  );
  atEnd(t, () => hold.close());
  return { hold, dials, abandoned, decided };
}

/** What connect() says, and after how many milliseconds. */
async function connecting(host: Host, address: string): Promise<{ code: string; ms: number }> {
  const start = performance.now();
  const socket = host.connect({ address, port });
  const code = await once(socket, "connect").then(
    () => "connected",
    (error: NodeJS.ErrnoException) => error.code ?? "",
  );
  socket.destroy();
  return { code, ms: performance.now() - start };
}

/** The marks of connections that come to the relay. */
async function startRelay(host: Host): Promise<{ marks: number[] }> {
  const marks: number[] = [];
  await host.listen(relayPort, (socket) => {
    marks.push(systemCalls().markOf(descriptorOf(socket)));
    socket.destroy();
  });
  return { marks };
}

function descriptorOf(socket: Socket): number {
  return (socket as unknown as { _handle: { fd: number } })._handle.fd;
}

test("SYNs held on the kernel", { timeout: 90_000 }, async (t) => {
  const { a, b } = createPair(t);
  await a.nft(rules);
  await a.sysctl({ "net.ipv4.tcp_fwmark_accept": 1 });
  const { marks } = await startRelay(a);

  for (const family of [4, 6] as const) {
    await t.test(
      `IPv${family}: what is dialed comes to the worker, and names its dial`,
      async (t) => {
        marks.length = 0;
        const held = await startHeld(t, a, {
          onDial: (order, hold) => setImmediate(() => hold.dialed(order, "connected")),
        });
        assert.match(held.hold.by, /^(queue|target)$/);
        const { code, ms } = await connecting(a, b.address(family));
        assert.equal(code, "connected");
        assert.ok(ms < 900, `${ms} ms`);
        const [dial] = held.dials;
        assert.deepEqual(dial?.remote, { address: b.address(family), port });
        assert.equal(dial.local.address, a.address(family));
        const [{ uid, mark } = assert.fail()] = held.decided;
        assert.deepEqual({ uid, mark }, { uid: process.getuid?.(), mark: heldMark(rule) });
        await waitUntil(() => marks.length > 0, 5000);
        assert.deepEqual(marks, [dialedMark(5, dial.id)]);
      },
    );

    for (const [outcome, expected] of [
      ["refused", "ECONNREFUSED"],
      ["unreachable", "EHOSTUNREACH"],
    ] as const) {
      await t.test(`IPv${family}: ${outcome} arrives as ${expected}, at once`, async (t) => {
        await startHeld(t, a, { onDial: (order, hold) => hold.dialed(order, outcome) });
        const { code, ms } = await connecting(a, b.address(family));
        assert.equal(code, expected);
        t.diagnostic(`after ${ms.toFixed(1)} ms`);
        assert.ok(ms < 900, `${ms} ms`);
      });
    }

    await t.test(`IPv${family}: what no rule is about goes where it was sent`, async (t) => {
      await startHeld(t, a, { decide: () => undefined });
      const server = await b.listen(port, (socket) => socket.destroy());
      assert.equal((await connecting(a, b.address(family))).code, "connected");
      server.close();
    });
  }

  await t.test("a dial that takes longer than a SYN is held still is the only one", async (t) => {
    const held = await startHeld(t, a, {
      onDial: (order, hold) => void setTimeout(() => hold.dialed(order, "connected"), 1300),
    });
    const { code, ms } = await connecting(a, b.ipv4);
    assert.equal(code, "connected");
    assert.ok(ms > 1200 && ms < 2500, `${ms} ms`);
    assert.equal(held.dials.length, 1);
  });

  await t.test("refused after a second is refused with the next SYN", async (t) => {
    await startHeld(t, a, {
      onDial: (order, hold) => void setTimeout(() => hold.dialed(order, "refused"), 950),
    });
    const { code, ms } = await connecting(a, b.ipv4);
    assert.equal(code, "ECONNREFUSED");
    assert.ok(ms < 2500, `${ms} ms`);
  });

  await t.test("time-outs are the application's own, and its dial is given up", async (t) => {
    await a.sysctl({ "net.ipv4.tcp_syn_retries": 1 });
    const held = await startHeld(t, a);
    const { code, ms } = await connecting(a, b.ipv4);
    await a.sysctl({ "net.ipv4.tcp_syn_retries": 6 });
    assert.equal(code, "ETIMEDOUT");
    // One second to the second SYN, and two more until TCP gives up.
    assert.ok(ms > 1900 && ms < 5000, `${ms} ms`);
    assert.equal(held.dials.length, 1);
    assert.ok(await waitUntil(() => held.abandoned.length > 0, 8000));
    assert.equal(held.hold.dials, 0);
  });

  await t.test("a worker's death makes another one dial", async (t) => {
    const held = await startHeld(t, a, {
      onDial(order, hold) {
        if (held.dials.length === 1) setImmediate(() => hold.workerDied(5));
        else setImmediate(() => hold.dialed(order, "connected"));
      },
    });
    const { code } = await connecting(a, b.ipv4);
    assert.equal(code, "connected");
    assert.equal(held.dials.length, 2);
  });

  await t.test("very many at once are all answered", async (t) => {
    await startHeld(t, a, { onDial: (order, hold) => hold.dialed(order, "refused") });
    const start = performance.now();
    const all = await Promise.all(Array.from({ length: 1000 }, () => connecting(a, b.ipv4)));
    assert.deepEqual(new Set(all.map(({ code }) => code)), new Set(["ECONNREFUSED"]));
    t.diagnostic(`1000 connections refused in ${Math.round(performance.now() - start)} ms`);
  });

  await t.test("everything flows when nobody holds any more", async (t) => {
    const server = await b.listen(port, (socket) => socket.destroy());
    const held = await startHeld(t, a, { onDial: (order, hold) => hold.dialed(order, "refused") });
    assert.equal((await connecting(a, b.ipv4)).code, "ECONNREFUSED");
    await held.hold.close();
    const { code, ms } = await connecting(a, b.ipv4);
    assert.equal(code, "connected");
    assert.ok(ms < 900, `${ms} ms`);
    assert.equal(await isHeld(a), false);
    server.close();
  });

  await t.test("iptables' commands do where nftables cannot", async (t) => {
    const { a, b } = createPair(t);
    const journalled: string[] = [];
    const held = await startHeld(t, a, {
      // Longer than the kernel takes.
      tableName: "t".repeat(300),
      onDial: (order, hold) => hold.dialed(order, "refused"),
      journal: (undo) => void journalled.push(...undo.map(({ command }) => command)),
      run(command, args) {
        const { status, stderr } = spawnSync("nsenter", [`--net=${a.path}`, command, ...args]);
        assert.equal(status, 0, String(stderr));
      },
    });
    assert.equal(held.hold.by, "iptables");
    assert.deepEqual(journalled, ["iptables", "ip6tables"]);
    await a.nft(rules);
    for (const family of [4, 6] as const) {
      assert.equal((await connecting(a, b.address(family))).code, "ECONNREFUSED");
    }
    await held.hold.close();
    for (const command of journalled) {
      assert.doesNotMatch(await a.must(command, "-t", "mangle", "-S"), /NFQUEUE/);
    }
    assert.equal(held.dials.length, 2);
  });

  await t.test("everything flows when whoever held was killed, also what it held", async () => {
    const server = await b.listen(port, (socket) => socket.destroy());
    const holder = await startHolder(a);
    const waiting = connecting(a, b.ipv4);
    assert.ok(await waitUntil(() => holder.log().includes("dial"), 5000));
    holder.signal("SIGKILL");
    await holder.stop();
    // A process ends before the last of its threads, and its sockets end with that one.
    assert.ok(await waitUntil(async () => !(await isHeld(a)), 5000));
    const { code, ms } = await connecting(a, b.ipv4);
    assert.equal(code, "connected");
    assert.ok(ms < 900, `${ms} ms`);
    // Its SYN went down with the queue; TCP sends another one after a second.
    const earlier = await waiting;
    assert.equal(earlier.code, "connected");
    assert.ok(earlier.ms < 3500, `${earlier.ms} ms`);
    server.close();
  });
});

/** A process that holds, and never answers; it writes a line for each dial. */
function startHolder(host: Host): Promise<ServerProcess> {
  const [hold, calls] = ["hold/hold.ts", "kernel/system-calls.ts"].map((path) =>
    import.meta.resolve(`@countersign/tcpcryptd/${path}`),
  );
  const program = `
    import { startHold } from "${hold}";
    import { systemCalls } from "${calls}";
    startHold({
      systemCalls: systemCalls(), tableName: "${tableName}",
      decide: () => (${JSON.stringify(treatment)}), chooseWorker: () => 0,
      dial: () => console.log("dial"), abandon() {}, journal() {}, run() {},
      now: () => performance.now(), failed() {},
    });`;
  return host.start({
    command: process.execPath,
    args: ["--input-type=module", "--eval", program],
    isReady: () => isHeld(host),
  });
}

async function isHeld(host: Host): Promise<boolean> {
  return (await host.must("nft", "list", "tables")).includes(tableName);
}
