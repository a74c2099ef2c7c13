import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Tep } from "@countersign/tcpcrypt";
import { Assembler, r0 } from "@countersign/tcpcryptd/kernel/bpf/assembler.ts";
import { loadProgram } from "@countersign/tcpcryptd/kernel/bpf/bpf-calls.ts";
import { systemCalls } from "@countersign/tcpcryptd/kernel/system-calls.ts";
import { atEnd } from "../kit/cleanup.ts";
import { startCapture } from "../kit/namespaces/capture.ts";
import type { Host } from "../kit/namespaces/host.ts";
import { createPair } from "../kit/namespaces/network.ts";
import type { TcpPacket } from "../kit/namespaces/tcp-packet.ts";
import { waitUntil } from "../kit/wait-until.ts";
import { type Meeting, type MeetingPlan, meet, offerOf, startEno } from "./kit/eno.ts";
import { eno, packetsOf, sentBy } from "./kit/wire.ts";

/** All TEPs, the one that is wanted most last (RFC 8547 §4.5). */
const offered = "450622212423";
const answered = "45040123";
const acknowledged = "4502";

test("the BPF program on the kernel", { timeout: 90_000 }, async (t) => {
  const program = startEno(t);
  const { a, b } = createPair(t);
  const capture = await startCapture(t, a, b);

  /** Connects a to b: what both recorded, and the packets of both. */
  async function wireOf(owner: TestContext, plan: MeetingPlan) {
    const meeting = await meet(owner, program, { from: a, to: b, ...plan });
    const packets = packetsOf(await capture.packets(), meeting.port);
    return { ...recorded(meeting), a: sentBy(packets, a), b: sentBy(packets, b), packets };
  }

  for (const family of [4, 6] as const) {
    await t.test(`options are those of RFC 8547 §4.6 over IPv${family}`, async (t) => {
      const wire = await wireOf(t, { family });
      assert.deepEqual(wire.client, [offered, answered, "agreed"]);
      assert.deepEqual(wire.server, [answered, offered, "agreed"]);
      assert.deepEqual(eno(wire.a.slice(0, 3)), [offered, acknowledged, acknowledged]);
      assert.deepEqual(
        wire.a.slice(0, 3).map(({ payload }) => payload.length),
        [0, 0, 4],
      );
      // From the first segment without SYN that a received, and that b received, there are none.
      assert.deepEqual(new Set(eno(wire.a.slice(3))), new Set([""]));
      assert.deepEqual(eno(wire.b.slice(0, 1)), [answered]);
      assert.deepEqual(new Set(eno(wire.b.slice(1))), new Set([""]));
    });
  }

  // Linux then expects segments by their headers sooner, and does not show those to the program.
  await t.test("without window scaling", async (t) => {
    await b.sysctl({ "net.ipv4.tcp_window_scaling": 0 });
    const wire = await wireOf(t, { words: 5 });
    await b.sysctl({ "net.ipv4.tcp_window_scaling": 1 });
    assert.deepEqual(wire.client, [offered, answered, "agreed"]);
    assert.deepEqual(eno(wire.a.slice(0, 3)), [offered, acknowledged, acknowledged]);
    assert.deepEqual(new Set(eno(wire.a.slice(4))), new Set([""]));
  });

  await t.test("a peer that knows no ENO", async (t) => {
    const wire = await wireOf(t, { terms: null });
    assert.deepEqual(wire.client, [offered, "", "plain"]);
    assert.equal(wire.server, undefined);
    assert.deepEqual(eno(wire.a.slice(0, 1)), [offered]);
    assert.deepEqual(new Set(eno([...wire.a.slice(1), ...wire.b])), new Set([""]));
  });

  await t.test("a client that offers nothing", async (t) => {
    const wire = await wireOf(t, { offer: null });
    assert.equal(wire.client, undefined);
    assert.deepEqual(wire.server, ["", "", "plain"]);
    assert.deepEqual(new Set(eno(wire.packets)), new Set([""]));
  });

  await t.test("no TEP in common", async (t) => {
    const wire = await wireOf(t, {
      offer: offerOf({ teps: [0x21] }),
      terms: { teps: [0x23], aware: "off" },
    });
    assert.deepEqual(wire.client, ["450321", "", "plain"]);
    assert.deepEqual(wire.server, ["", "450321", "plain"]);
  });

  await t.test("both applications are aware, and one that is not is refused", async (t) => {
    const terms = { teps: [0x23] as const, aware: "mandatory" as const };
    const offer = offerOf({ teps: [0x23], aware: "on" });
    const both = await wireOf(t, { offer, terms });
    assert.deepEqual(both.client, ["45040223", "45040323", "agreed"]);
    const one = await wireOf(t, { terms });
    assert.deepEqual(one.client, [offered, "", "plain"]);
    const other = await wireOf(t, { offer: offerOf({ aware: "mandatory" }) });
    assert.deepEqual(other.client, ["45070222212423", answered, "plain"]);
    assert.deepEqual(other.server, [answered, "45070222212423", "plain"]);
  });

  await t.test("SYN cookies have no option", async (t) => {
    await b.sysctl({ "net.ipv4.tcp_syncookies": 2 });
    const wire = await wireOf(t, {});
    await b.sysctl({ "net.ipv4.tcp_syncookies": 1 });
    assert.deepEqual(wire.client, [offered, "", "plain"]);
    assert.deepEqual(wire.server, ["", "", "plain"]);
  });

  await t.test("the option stripped from the SYN", async (t) => {
    const wire = await wireOf(t, { prepare: strip(b, "dport", "syn") });
    assert.deepEqual(wire.client, [offered, "", "plain"]);
    assert.deepEqual(wire.server, ["", "", "plain"]);
  });

  await t.test("the option stripped from the SYN-ACK", async (t) => {
    const wire = await wireOf(t, { prepare: strip(a, "sport", "syn | ack") });
    assert.deepEqual(wire.client, [offered, "", "plain"]);
    assert.deepEqual(wire.server, [answered, offered, "plain"]);
    assert.deepEqual(eno(wire.a.slice(0, 3)), [offered, "", ""]);
  });

  await t.test("the option stripped from the ACK: only the client thinks it agreed", async (t) => {
    const wire = await wireOf(t, { prepare: strip(b, "dport", "ack") });
    assert.deepEqual(wire.client, [offered, answered, "agreed"]);
    assert.deepEqual(wire.server, [answered, offered, "plain"]);
  });

  await t.test("a SYN that is sent again has the same option", async (t) => {
    const wire = await wireOf(t, { prepare: drop(b, "dport", "syn") });
    assert.deepEqual(wire.client, [offered, answered, "agreed"]);
    assert.deepEqual(eno(wire.a.slice(0, 3)), [offered, offered, acknowledged]);
  });

  const ourHalf = new Uint8Array(9).fill(0x22);
  const nonce = new Uint8Array(8).fill(0x33);
  const tep: Tep = 0x23;
  const resume = (half: Uint8Array, expectedHalf = ourHalf) =>
    offerOf({ teps: [], resumption: { tep, half, nonce }, expectedHalf });
  // Of the 40 bytes others take 20, so that 7 bytes of nonce are left beside the global suboption.
  const resumes = /^451401a3(22){9}.{14}$/;

  for (const family of [4, 6] as const) {
    await t.test(`a resumption over IPv${family}, its SYN-ACK sent twice`, async (t) => {
      const half = new Uint8Array(9).fill(family);
      const resuming = resume(half);
      const offersResumption = hex(resuming.option);
      program.sockets.addAnswer(tep, half, ourHalf);
      const prepare = drop(a, "sport", "syn | ack");
      const { client, server, ...wire } = await wireOf(t, { family, offer: resuming, prepare });
      const [sent = "", received, verdict] = server ?? [];
      assert.match(sent, resumes);
      assert.deepEqual([received, verdict], [offersResumption, "agreed"]);
      assert.deepEqual(client, [offersResumption, sent, "agreed"]);
      const synAcks = eno(wire.b.filter(isSyn));
      assert(synAcks.length >= 2);
      assert.deepEqual(new Set(synAcks), new Set([sent]));

      const again = await wireOf(t, { family, offer: resuming });
      assert.deepEqual(again.client, [offersResumption, answered, "agreed"]);
    });
  }

  await t.test("an answer that was taken back", async (t) => {
    const half = new Uint8Array(9).fill(0x44);
    const offer = resume(half);
    program.sockets.addAnswer(tep, half, ourHalf);
    program.sockets.removeAnswer(tep, half);
    assert.equal((await wireOf(t, { offer })).client?.[1], answered);
  });

  await t.test("answers that were forgotten, for one port or all", async (t) => {
    const [one, other] = [new Uint8Array(9).fill(0x77), new Uint8Array(9).fill(0x88)];
    const answerTo = async (half: Uint8Array) =>
      (await wireOf(t, { offer: resume(half) })).client?.[1] ?? "";
    program.sockets.addAnswer(tep, one, ourHalf);
    program.sockets.addAnswer(tep, other, ourHalf, 1);
    assert.equal(await answerTo(other), answered);
    program.loaded.forgetAnswers(1);
    assert.match(await answerTo(one), resumes);
    program.sockets.addAnswer(tep, other, ourHalf);
    program.loaded.forgetAnswers();
    assert.equal(await answerTo(other), answered);
  });

  await t.test("an answer with another half than the client expects", async (t) => {
    const half = new Uint8Array(9).fill(0x55);
    const offer = resume(half, half);
    program.sockets.addAnswer(tep, half, ourHalf);
    const wire = await wireOf(t, { offer });
    assert.equal(wire.client?.[2], "plain");
    assert.equal(wire.server?.[2], "plain");
    assert.deepEqual(new Set(eno(wire.a.slice(1))), new Set([""]));
  });

  await t.test("where time stamps leave room, the nonce has 8 bytes", async (t) => {
    const half = new Uint8Array(9).fill(0x66);
    const offer = resume(half);
    program.sockets.addAnswer(tep, half, ourHalf);
    await a.sysctl({ "net.ipv4.tcp_timestamps": 0 });
    const wire = await wireOf(t, { offer });
    await a.sysctl({ "net.ipv4.tcp_timestamps": 1 });
    assert.match(wire.server?.[0] ?? "", /^451501a3(22){9}.{16}$/);
    assert.equal(wire.client?.[2], "agreed");
  });
});

test("works as nobody with CAP_NET_RAW and nothing else", async (t) => {
  const { loaded } = startEno(t);
  const { a } = createPair(t);
  const port = 7000;
  loaded.setPassiveTerms(port, { teps: [0x23], aware: "off" });
  await a.listen(port, (socket) => socket.resume());
  const only = "-all,+net_raw";
  const limits = ["--no-new-privs", "--clear-groups", "--reuid=nobody", "--regid=nogroup"];
  const capabilities = [`--inh-caps=${only}`, `--bounding-set=${only}`, "--ambient-caps=+net_raw"];
  const program = [process.execPath, fileURLToPath(new URL("kit/eno-client.ts", import.meta.url))];
  const child = spawn(
    "nsenter",
    [`--net=${a.path}`, "setpriv", ...limits, ...capabilities, ...program, a.ipv4, String(port)],
    { stdio: ["ignore", "pipe", "inherit", loaded.storageFd, loaded.answersFd] },
  );
  const said: Buffer[] = [];
  child.stdout?.on("data", (chunk) => said.push(chunk));
  await once(child, "close");
  const { uid, ...rest } = JSON.parse(Buffer.concat(said).toString());
  assert.notEqual(uid, 0);
  assert.deepEqual(rest, {
    received: answered,
    acknowledged: true,
    capabilities: "0000000000002000",
  });
});

test("a connection of a socket with itself, which is a simultaneous open", async (t) => {
  const program = startEno(t);
  const { a } = createPair(t);
  const calls = systemCalls();
  const fd = a.inside(() => calls.tcpSocket({ family: 4, bind: { address: a.ipv4, port: 0 } }));
  program.sockets.offer(fd, offerOf({}));
  const socket = new Socket({ fd });
  atEnd(t, () => void socket.destroy());
  socket.connect({ host: a.ipv4, port: calls.boundPort(fd) });
  await once(socket, "connect");
  socket.write("to myself");
  assert.equal(String((await once(socket, "data"))[0]), "to myself");
  assert.equal(program.sockets.outcome(fd)?.acknowledged, false);
});

test("a link ends with the process that made it, however that ends", async (t) => {
  const { folder } = startEno(t);
  const loader = import.meta.resolve("@countersign/tcpcryptd/kernel/bpf/load.ts");
  const script = `
    const { loadEno } = await import(${JSON.stringify(loader)});
    loadEno(${JSON.stringify(folder)});
    process.stdout.write("loaded");
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  atEnd(t, () => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  assert.equal(programsOn(folder), 2);
  child.kill("SIGKILL");
  await once(child, "close");
  assert(await waitUntil(() => programsOn(folder) === 1, 5000));
});

test("shows the verifier's words when the kernel refuses a program", () => {
  const unfinished = new Assembler().add(r0, 1).assemble();
  assert.throws(() => loadProgram(systemCalls(), unfinished, "unfinished"), {
    message: /^the kernel refuses the program unfinished:\n[\s\S]*(!read_ok|last insn)/,
  });
});

/** How many sock_ops programs a control group has: BPF_PROG_QUERY (16). */
function programsOn(folder: string): number {
  const group = openSync(folder, "r");
  const attr = new DataView(new ArrayBuffer(64));
  attr.setUint32(0, group, true);
  attr.setUint32(4, 3, true);
  systemCalls().bpf(16, new Uint8Array(attr.buffer));
  closeSync(group);
  return attr.getUint32(24, true);
}

/** What each end recorded: sent, received, and whether the program found ENO agreed. */
function recorded({ client, server }: Meeting) {
  return { client: shown(client), server: shown(server) };

  function shown(outcome: Meeting["client"]): readonly string[] | undefined {
    if (outcome === undefined) return undefined;
    const { sent, received, acknowledged } = outcome;
    return [hex(sent), hex(received), acknowledged ? "agreed" : "plain"];
  }
}

/** Removes the option from segments with just these of SYN and ACK, as they come in. */
function strip(host: Host, port: "dport" | "sport", flags: string) {
  return filter(host, port, flags, "reset tcp option 69");
}

/** Loses the first such segment. */
function drop(host: Host, port: "dport" | "sport", flags: string) {
  return filter(host, port, flags, "limit rate 1/day burst 1 packets drop");
}

function filter(host: Host, which: "dport" | "sport", flags: string, action: string) {
  return (port: number) =>
    host.nft(`table inet between${port} {
      chain in {
        type filter hook prerouting priority raw;
        tcp ${which} ${port} tcp flags & (syn | ack) == ${flags} ${action};
      }
    }`);
}

function isSyn({ flags }: TcpPacket): boolean {
  return flags.has("syn");
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
