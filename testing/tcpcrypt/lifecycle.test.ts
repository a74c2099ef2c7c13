import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { test } from "node:test";
import type { Host } from "../kit/namespaces/host.ts";
import { createPair } from "../kit/namespaces/network.ts";
import { waitUntil } from "../kit/wait-until.ts";
import type { Daemon } from "./kit/daemon.ts";
import { startDaemon, viewOf } from "./kit/daemon.ts";
import { type Ends, startEnds } from "./kit/ends.ts";
import { assertEncrypted, endingOf, freshPort, openTalk, readBytes, say } from "./kit/talk.ts";

/** What happens to one of the two daemons. */
const events = {
  down: async (daemon) => void (await daemon.run("down")),
  "a polite end": (daemon) => daemon.stop(),
  "the crash of a worker": async (daemon) => process.kill(await busyWorker(daemon), "SIGKILL"),
  "a killed supervisor": (daemon) => daemon.signal("SIGKILL"),
  "a stopped supervisor": (daemon) => daemon.signal("SIGSTOP"),
} satisfies Record<string, (daemon: Daemon) => unknown>;
type Event = keyof typeof events;

type Mode = "opportunistic" | "required";

interface Outcome {
  /** What new connections are afterwards. */
  readonly anew: "encrypted" | "clear" | "refused";
  /** What is left on the host. */
  readonly left: "nothing" | "closed" | "changes" | "changes, closed" | "all";
}

/** The table of the guide. Old connections are reset in every case, after a while or at once. */
const table: Record<Mode, Record<Event, Outcome>> = {
  opportunistic: {
    down: { anew: "clear", left: "nothing" },
    "a polite end": { anew: "clear", left: "nothing" },
    "the crash of a worker": { anew: "encrypted", left: "all" },
    "a killed supervisor": { anew: "clear", left: "changes" },
    "a stopped supervisor": { anew: "clear", left: "changes" },
  },
  required: {
    down: { anew: "clear", left: "nothing" },
    "a polite end": { anew: "refused", left: "closed" },
    "the crash of a worker": { anew: "encrypted", left: "all" },
    "a killed supervisor": { anew: "refused", left: "changes, closed" },
    "a stopped supervisor": { anew: "refused", left: "changes, closed" },
  },
};

/** A hung supervisor is ended within two seconds; the rest is for a very busy machine. */
const noticedWithinMs = 5000;
const drainSeconds = 1;

for (const who of ["client", "server"] as const) {
  for (const mode of ["opportunistic", "required"] as const) {
    test(`the life and death of the ${who}'s tcpcryptd, ${mode}`, async (t) => {
      const rules = [{ ports: "all" as const, mode }];
      const settings = {
        ...(who === "client" ? { outgoing: rules } : { incoming: rules }),
        workers: 2,
        limits: { drainSeconds },
      };
      const ends = await startEnds(t, who === "client" ? { a: settings } : { b: settings });
      const daemon = who === "client" ? ends.daemonA : ends.daemonB;
      const before = { ...(await leftOn(daemon)) };

      for (const [event, { anew, left }] of Object.entries(table[mode])) {
        await t.test(event, async () => {
          if (!(await answers(daemon))) {
            await daemon.stop();
            await daemon.start();
          }
          const { client, server } = await openTalk(ends.a, ends.b);
          await assertEncrypted(ends, { client, server });

          const endings = Promise.all([endingOf(client), endingOf(server)]);
          const since = performance.now();
          const done = events[event as Event](daemon);
          const [atClient, atServer] = await endings;
          const tookMs = performance.now() - since;
          await done;
          for (const { ended, code } of [atClient, atServer]) {
            assert.deepEqual({ ended, code }, { ended: false, code: "ECONNRESET" });
          }
          t.diagnostic(`${event}: the old connection was reset after ${Math.round(tookMs)} ms`);
          if (event === "a stopped supervisor") assert.ok(tookMs < noticedWithinMs, `${tookMs}`);

          // A worker that dies a little later than the one before may have accepted something.
          await waitUntil(async () => (await newConnection(ends, who)) === anew, 1000);
          for (let turn = 0; turn < 3; turn++) assert.equal(await newConnection(ends, who), anew);
          assert.ok(
            await waitUntil(async () => (await leftOn(daemon)).summary === left, 2000),
            `left: ${JSON.stringify(await leftOn(daemon))}`,
          );
        });
      }

      await t.test("down cleans up after a killed supervisor", async () => {
        const { code, stderr } = await daemon.run("down");
        assert.equal(code, 0, stderr);
        const { summary, ...rest } = await leftOn(daemon);
        assert.equal(summary, "nothing", JSON.stringify(rest));
        assert.equal(await newConnection(ends, who), "clear");
      });

      assert.notEqual(before.summary, "nothing");
    });
  }
}

test("two tcpcryptd on one host do not disturb each other: the second does not start", async (t) => {
  const { daemonA } = await startEnds(t);
  const { code, stderr } = await daemonA.run("up", "--foreground");
  assert.notEqual(code, 0);
  assert.match(stderr, /another tcpcryptd runs here/);
  assert.equal((await leftOn(daemonA)).summary, "all");
});

test("a connection that ends by itself ends properly though tcpcryptd is about to end", async (t) => {
  const ends = await startEnds(t, { a: { limits: { drainSeconds: 5 } } });
  const { client, server } = await openTalk(ends.a, ends.b, { allowHalfOpen: true });
  const stopped = ends.daemonA.run("down");
  await waitUntil(async () => (await leftOn(ends.daemonA)).rulesAreGone, 2000);
  await say(client, server, "still here");
  await say(server, client, "so am I");
  const endings = Promise.all([endingOf(client), endingOf(server)]);
  client.end("bye");
  server.end("bye");
  for (const { received, ended, code } of await endings) {
    assert.deepEqual([received.toString(), ended, code], ["bye", true, undefined]);
  }
  assert.equal((await stopped).code, 0);
});

test("rules that somebody removes come back", async (t) => {
  const ends = await startEnds(t);
  const [nft] = childrenOf(ends.daemonA, /^nft\0/);
  assert.ok(nft !== undefined);
  process.kill(nft, "SIGKILL");
  assert.ok(
    await waitUntil(() => childrenOf(ends.daemonA, /^nft\0/).some((pid) => pid !== nft), 3000),
  );
  await waitUntil(async () => (await leftOn(ends.daemonA)).summary === "all", 3000);
  const talk = await openTalk(ends.a, ends.b);
  await assertEncrypted(ends, talk);
  talk.client.destroy();
});

test("a watchdog that is killed or hangs is replaced", async (t) => {
  const { daemonA } = await startEnds(t);
  // In this order: one that has not said anything yet may take its time.
  for (const signal of ["SIGSTOP", "SIGKILL"] as const) {
    const [watchdog] = childrenOf(daemonA, /watchdog-main/);
    assert.ok(watchdog !== undefined);
    process.kill(watchdog, signal);
    const isAnother = () => childrenOf(daemonA, /watchdog-main/).some((pid) => pid !== watchdog);
    assert.ok(await waitUntil(isAnother, 15_000), signal);
  }
});

test("a host without IPv6 has IPv4 encrypted, and is told so", async (t) => {
  const { a, b } = createPair(t);
  await a.sysctl({ "net.ipv6.conf.all.disable_ipv6": 1 });
  const [daemonA, daemonB] = await Promise.all([startDaemon(t, a), startDaemon(t, b)]);
  const talk = await openTalk(a, b);
  await assertEncrypted({ daemonA, daemonB }, talk);
  talk.client.destroy();
  assert.match((await daemonA.run("status")).stderr, /no IPv6/);
  await daemonA.stop();
  assert.equal((await leftOn(daemonA)).summary, "nothing");
});

test("kernel parameters are left as they were found", async (t) => {
  const found = { "net.ipv4.tcp_fwmark_accept": 1, "net.ipv4.fwmark_reflect": 0 };
  const ends = await startEnds(t);
  await ends.daemonA.stop();
  await ends.a.sysctl(found);
  await ends.daemonA.start();
  assert.equal(parameterOf(ends.a, "fwmark_reflect"), "1");
  await ends.daemonA.stop();
  assert.equal(parameterOf(ends.a, "tcp_fwmark_accept"), "1");
  assert.equal(parameterOf(ends.a, "fwmark_reflect"), "0");
});

/** What of a daemon is on its host. */
async function leftOn({ host, runtimeFolder }: Daemon) {
  const [tables, rules, routes] = await Promise.all([
    host.must("nft", "list", "tables"),
    host.must("sh", "-c", "ip rule; ip -6 rule"),
    host.must("sh", "-c", "ip route show table all; ip -6 route show table all"),
  ]);
  const journal = `${runtimeFolder}/tcpcrypt-journal.json`;
  const isClosed = tables.includes("countersign_tcpcrypt_required");
  const owned = ["countersign_tcpcrypt\n", "countersign_tcpcrypt_hold\n"].map((name) =>
    tables.includes(name),
  );
  const changes = [
    existsSync(journal),
    /fwmark 0x43000001/.test(rules),
    /table (17235|0x4353)/.test(routes),
    parameterOf(host, "tcp_fwmark_accept") === "1",
    parameterOf(host, "fwmark_reflect") === "1",
  ];
  const facts = { owned, changes, isClosed, rulesAreGone: !owned.includes(true) };
  return { ...facts, summary: summaryOf(facts) };
}

function summaryOf({
  owned,
  changes,
  isClosed,
}: Record<"owned" | "changes", boolean[]> & { isClosed: boolean }) {
  if (!owned.includes(false) && !changes.includes(false)) return "all";
  if (owned.includes(true)) return "some rules";
  if (!changes.includes(true)) return isClosed ? "closed" : "nothing";
  if (changes.includes(false)) return "some changes";
  return isClosed ? "changes, closed" : "changes";
}

function parameterOf(host: Host, name: string): string {
  return host.inside(() => readFileSync(`/proc/sys/net/ipv4/${name}`, "utf8").trim());
}

/** What a new connection becomes, as the daemon of the other host tells. */
async function newConnection({ a, b, daemonA, daemonB }: Ends, who: "client" | "server") {
  const port = freshPort();
  const accepted: Socket[] = [];
  const server = await b.listen(port, (socket) => {
    accepted.push(socket);
    socket.write("hello");
  });
  const client = a.connect({ address: b.ipv4, port });
  try {
    const greeting = await readBytes(client, 5);
    assert.equal(greeting.toString(), "hello");
    const [peer] = accepted;
    assert.ok(peer !== undefined);
    const told = who === "client" ? daemonB.session(viewOf(peer)) : daemonA.session(viewOf(client));
    return (await told)?.encrypted === true ? "encrypted" : "clear";
  } catch (error) {
    assert.match(String((error as NodeJS.ErrnoException).code), /ECONNREFUSED|ECONNRESET/);
    return "refused";
  } finally {
    client.destroy();
    server.close();
  }
}

async function answers(daemon: Daemon): Promise<boolean> {
  try {
    await daemon.ask({ ask: "status" });
    return true;
  } catch {
    return false;
  }
}

/** The worker that has a connection open. */
async function busyWorker(daemon: Daemon): Promise<number> {
  const { status } = await daemon.ask({ ask: "status" });
  const { workers } = status as {
    workers: { pid: number; counts: { open: { encrypted: number } } }[];
  };
  const busy = workers.find(({ counts }) => counts.open.encrypted > 0);
  assert.ok(busy !== undefined, "no worker has the connection");
  return busy.pid;
}

/** The daemon's child processes whose command line looks so. */
function childrenOf({ pid }: Daemon, command: RegExp): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => {
      try {
        const status = readFileSync(`/proc/${child}/status`, "utf8");
        const line = readFileSync(`/proc/${child}/cmdline`, "utf8");
        return status.includes(`\nPPid:\t${pid}\n`) && command.test(line);
      } catch {
        return false;
      }
    });
}
