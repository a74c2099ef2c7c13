import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { relative } from "node:path";
import { type TestContext, test } from "node:test";
import { findCgroup } from "@countersign/tcpcryptd/supervisor/machine/cgroup.ts";
import { thisMachine } from "@countersign/tcpcryptd/supervisor/machine/machine.ts";
import { atEnd, onExit } from "../kit/cleanup.ts";
import { createPair } from "../kit/namespaces/network.ts";
import { waitUntil } from "../kit/wait-until.ts";
import { viewOf } from "./kit/daemon.ts";
import { type Followed, type Machine, startMachine } from "./kit/machine.ts";
import { freshPort, readBytes, say } from "./kit/talk.ts";

const root = new URL("../../", import.meta.url);
const guide = read("docs/guide/tcpcrypt.md");
const controlSocket = "/run/tcpcryptd/tcpcrypt.sock";

test("a new user follows the guide on two hosts, and sees equal session IDs", {
  timeout: 120_000,
}, async (t) => {
  const machines = await startMachines(t);
  const [, part = ""] = /^## Five minutes on two hosts\n(.*?)^## /ms.exec(guide) ?? [];
  const steps = [
    ...part.matchAll(/^On (both hosts|host A|host B)([^`]|`[^`\n]+`)*?:\n\n```sh\n(.*?)^```/gms),
  ];
  assert.equal(steps.length, 5);
  let watches: readonly Followed[] = [];

  for (const [, who = "", , commands = ""] of steps) {
    if (commands.includes(" watch\n")) {
      watches = Object.values(machines).map((machine) => machine.follow(commands.trim()));
      continue;
    }
    if (commands.startsWith("curl ")) {
      await t.test("the script and both command lines tell the same session ID", () =>
        visit(commands),
      );
      await t.test("the other commands of the guide answer while it is open", showWhileOpen);
      continue;
    }
    for (const machine of who === "both hosts" ? Object.values(machines) : [machineOf(who)]) {
      await machine.must(commands);
    }
  }

  await t.test("nothing is left", async () => {
    for (const machine of Object.values(machines)) {
      assert.match(await machine.must("nft list ruleset; ls /run/tcpcryptd"), /^tcpcrypt\.log\n$/);
    }
  });

  async function visit(commands: string): Promise<void> {
    const sameEverywhere = await waitUntil(async () => {
      const sessionId = (await machines.a.must(commands)).trim();
      assert.match(sessionId, /^23[0-9A-F]{64}$|^A3[0-9A-F]{64}$/);
      return watches.every(({ text }) => text().includes(`  ${sessionId}\n`));
    }, 20_000);
    assert.ok(sameEverywhere, watches.map(({ text }) => text()).join("\n"));
  }

  async function showWhileOpen(): Promise<void> {
    const [commands] = /^countersign tcpcrypt connections\n.*?(?=^```)/ms.exec(part) ?? [];
    const socket = await machines.a.host.connected({ address: "192.0.2.2", port: 80 });
    const { local, remote } = viewOf(socket);
    const { connection } = await ask({ v: 1, id: 1, ask: "session", local, remote }, machines.a);
    const said = await machines.a.must(commands ?? "false");
    assert.match(said, new RegExp(`^${connection.sessionId}$`, "m"));
    assert.match(said, /^ {2}worker 0 +process \d+ +open: [01] encrypted/m);
    socket.destroy();
  }

  function machineOf(who: string): Machine {
    return who === "host A" ? machines.a : machines.b;
  }
});

const encrypted = "encrypted";
const clear = "clear";
const refused = "refused";

/** What comes of connections from A to B on some ports, each host with the same settings. */
const settings: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  "tcpcrypt.yaml": { 8080: encrypted, 5432: encrypted, 4000: clear, 443: clear },
  "aware.yaml": { 7000: encrypted, 8080: clear },
  "encrypted-ports.yaml": { 4000: encrypted, 465: encrypted, 6443: clear },
  "cgroup.yaml": { 8080: clear },
};

test("the settings of the guide do what it says", { timeout: 180_000 }, async (t) => {
  const machines = await startMachines(t);
  const cgroup = createGroup(t);
  for (const [file, ports] of Object.entries(settings)) {
    await t.test(file, async () => {
      const text = read(`examples/tcpcrypt/${file}`).replace("@CGROUP@", cgroup);
      for (const machine of Object.values(machines)) machine.write("tcpcrypt.yaml", text);
      await Promise.all(Object.values(machines).map((machine) => machine.must(up)));
      for (const [port, outcome] of Object.entries(ports)) {
        assert.equal(await outcomeOf(Number(port), machines), outcome, `port ${port}`);
      }
      await Promise.all(Object.values(machines).map((machine) => machine.must(down)));
    });
  }

  await t.test("a client without tcpcryptd is refused where encryption is required", async () => {
    machines.b.write("tcpcrypt.yaml", read("examples/tcpcrypt/tcpcrypt.yaml"));
    await machines.b.must(up);
    assert.equal(await outcomeOf(5432, machines), refused);
    assert.equal(await outcomeOf(8080, machines), clear);
    await machines.b.must(down);
  });

  await t.test("the unit's command starts with the unit's capabilities and no others", async () => {
    const unit = read("examples/tcpcrypt/countersign-tcpcrypt.service");
    const [, list = ""] = /^CapabilityBoundingSet=(.*)$/m.exec(unit) ?? [];
    const kept = list.replaceAll("CAP_", "+").toLowerCase().replaceAll(" ", ",");
    const [, command = ""] = /^ExecStart=\S+ \S+ (.*) --config \S+$/m.exec(unit) ?? [];
    const start = `setpriv --bounding-set=-all,${kept} --inh-caps=-all -- countersign ${command}`;
    const running = machines.a.follow(start);
    assert.ok(
      await waitUntil(() => running.text().includes('"listening"'), 20_000),
      running.text(),
    );
    await machines.a.must("countersign tcpcrypt down");
  });
});

test("the firewall of the guide lets in and keeps out as it says", {
  timeout: 90_000,
}, async (t) => {
  const machines = await startMachines(t);
  const all = read("examples/tcpcrypt/encrypted-ports.yaml");
  for (const machine of Object.values(machines)) machine.write("tcpcrypt.yaml", all);
  await Promise.all(Object.values(machines).map((machine) => machine.must(up)));
  await machines.a.host.nft(read("examples/tcpcrypt/firewall.nft"));
  await machines.b.host.nft(read("examples/tcpcrypt/firewall.nft"));
  assert.equal(await outcomeOf(80, machines), encrypted);
  await machines.a.must("nft delete table inet firewall");
  assert.equal(await outcomeOf(80, machines), encrypted);
  assert.equal(await outcomeOf(4000, machines), "silence");

  await machines.b.must("nft delete table inet firewall");
  await machines.a.host.nft(read("examples/tcpcrypt/marks.nft"));
  assert.equal(await outcomeOf(4001, machines), encrypted);
  await Promise.all(Object.values(machines).map((machine) => machine.must(down)));
});

test("the control protocol's page shows true questions and answers", {
  timeout: 90_000,
}, async (t) => {
  const machines = await startMachines(t);
  for (const machine of Object.values(machines)) await machine.must("countersign tcpcrypt up");
  await machines.b.host.listen(80, (socket) => socket.on("data", (bytes) => socket.write(bytes)));
  const socket = await machines.a.host.connected({ address: machines.b.host.ipv4, port: 80 });
  socket.write("hello");
  assert.equal((await readBytes(socket, 5)).toString(), "hello");
  const ends = viewOf(socket);

  const page = read("docs/reference/tcpcrypt-control.md");
  const examples = [...page.matchAll(/^```json\n(.*)\n(.*)\n```$/gm)];
  assert.equal(examples.length, 9);
  for (const [, asked = "", answered = ""] of examples) {
    await t.test(asked.slice(0, 60), async () => {
      const question = JSON.parse(asked);
      // An example's own connection is the one that is open here.
      if (question.local?.port > 1) Object.assign(question, ends);
      const isWatch = question.ask === "watch";
      const provoke = () => machines.a.host.connected({ address: machines.b.host.ipv4, port: 80 });
      const answer = await ask(question, machines.a, isWatch ? provoke : undefined);
      const expected = JSON.parse(answered);
      assert.deepEqual(shapeOf(answer), shapeOf(expected));
      if ("error" in expected) assert.deepEqual(answer, expected);
    });
  }
  socket.destroy();
});

const up = "countersign tcpcrypt up --config /srv/tcpcrypt.yaml";
const down = "countersign tcpcrypt down --config /srv/tcpcrypt.yaml";

async function startMachines(t: TestContext): Promise<{ a: Machine; b: Machine }> {
  const { a, b } = createPair(t);
  const [machineA, machineB] = [await startMachine(t, a), await startMachine(t, b)];
  atEnd(t, () => {
    for (const host of [a, b]) host.closeSockets();
  });
  return { a: machineA, b: machineB };
}

/** Connects from A to a port of B, says a word each way, and asks both what that was. */
async function outcomeOf(port: number, { a, b }: { a: Machine; b: Machine }): Promise<string> {
  const accepted: Socket[] = [];
  const server = await b.host.listen(port, (socket) => accepted.push(socket));
  const client = a.host.connect({ address: b.host.ipv4, port });
  try {
    const silence = AbortSignal.timeout(3000);
    const news = await Promise.race([
      new Promise((resolve) => client.once("connect", () => resolve("connected"))),
      new Promise((resolve) => client.once("error", () => resolve(refused))),
      new Promise((resolve) => silence.addEventListener("abort", () => resolve("silence"))),
    ]);
    if (news !== "connected") return String(news);
    await waitUntil(() => accepted.length > 0, 5000);
    const [peer] = accepted;
    assert.ok(peer !== undefined);
    await say(client, peer, "ping");
    await say(peer, client, "pong");
    const [atA, atB] = await Promise.all([sessionIdOf(client, a), sessionIdOf(peer, b)]);
    assert.equal(atA, atB);
    return atA === undefined ? clear : encrypted;
  } finally {
    client.destroy();
    server.close();
  }
}

async function sessionIdOf(socket: Socket, machine: Machine) {
  if (!machine.has(controlSocket)) return undefined;
  const { connection } = await ask({ v: 1, id: 1, ask: "session", ...viewOf(socket) }, machine);
  return connection?.sessionId as string | undefined;
}

/** Asks a machine's control socket, as an application there would; `meanwhile` comes after the question. */
function ask(question: object, machine: Machine, meanwhile?: () => Promise<unknown>) {
  // biome-ignore lint/suspicious/noExplicitAny: what is in an answer is what is tested.
  return new Promise<any>((resolve, reject) => {
    const socket = connect(machine.seenFromOutside(controlSocket));
    socket.setTimeout(10_000, () => socket.destroy(new Error("no answer in 10 s")));
    socket.once("error", reject);
    let text = "";
    socket.setEncoding("utf8").on("data", (piece) => {
      text += piece;
      if (!text.includes("\n")) return;
      socket.destroy();
      resolve(JSON.parse(text));
    });
    socket.write(`${JSON.stringify(question)}\n`, () => void meanwhile?.());
  });
}

/** What kinds of values are where; of a list, its first element counts for all. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]));
}

/** A control group that nobody is in, and its name as a rule gives it. */
function createGroup(t: TestContext): string {
  const { mount } = findCgroup(thisMachine);
  const folder = `${mount}/countersign-test-${process.pid}-guide-${freshPort()}`;
  mkdirSync(folder);
  const forget = onExit(() => rmdirSync(folder));
  atEnd(t, () => {
    forget();
    rmdirSync(folder);
  });
  return relative(mount, folder);
}

function read(path: string): string {
  return readFileSync(new URL(path, root), "utf8");
}
