import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { createServer, Socket } from "node:net";
import { join } from "node:path";
import { type AwareMode, offerSyn, type Tep } from "@countersign/tcpcrypt";
import { enoSockets } from "@countersign/tcpcryptd/kernel/bpf/eno-sockets.ts";
import { loadEno } from "@countersign/tcpcryptd/kernel/bpf/load.ts";
import type { EnoSockets, LoadedEno } from "@countersign/tcpcryptd/kernel/kernel.ts";
import { systemCalls } from "@countersign/tcpcryptd/kernel/system-calls.ts";
import { atEnd, type Owner, onExit } from "../../kit/cleanup.ts";
import type { Host } from "../../kit/namespaces/host.ts";

const allTeps: readonly Tep[] = [0x23, 0x24, 0x21, 0x22];

/** The BPF program, for sockets that this process makes. */
export interface Eno {
  /** Of its control group. */
  readonly folder: string;
  readonly loaded: LoadedEno;
  readonly sockets: EnoSockets;
}

export type Outcome = NonNullable<ReturnType<EnoSockets["outcome"]>>;

/** Loads the program for a control group of its own, which this process is in until `owner` ends. */
export function startEno(owner: Owner): Eno {
  const root = cgroup2();
  const name = /^0::(.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1] ?? "/";
  const folder = join(root, `cs-${process.pid}-${randomBytes(4).toString("hex")}`);
  mkdirSync(folder);
  const enter = (group: string) => writeFileSync(join(group, "cgroup.procs"), String(process.pid));
  enter(folder);
  const leave = () => {
    enter(join(root, name));
    rmdirSync(folder);
  };
  const forget = onExit(leave);
  atEnd(owner, () => {
    forget();
    leave();
  });
  const loaded = loadEno(folder);
  atEnd(owner, () => loaded.close());
  return {
    folder,
    loaded,
    sockets: enoSockets({ storage: loaded.storageFd, answers: loaded.answersFd }),
  };
}

function cgroup2(): string {
  const mounts = readFileSync("/proc/self/mounts", "utf8");
  const folder = /^\S+ (\S+) cgroup2 /m.exec(mounts)?.[1];
  if (folder === undefined) throw new Error("no cgroup2 is mounted");
  return folder;
}

/** What both ends of a connection recorded; `undefined` for one that was not asked to. */
export interface Meeting {
  readonly port: number;
  readonly client: Outcome | undefined;
  readonly server: Outcome | undefined;
}

export interface MeetingPlan {
  readonly family?: 4 | 6;
  /** `null`: no option in the SYN. */
  readonly offer?: Parameters<EnoSockets["offer"]>[1] | null;
  /** `null`: the passive side knows nothing of ENO. */
  readonly terms?: { readonly teps: readonly Tep[]; readonly aware: AwareMode } | null;
  /** Called before anything is sent, when the port is known. */
  readonly prepare?: (port: number) => Promise<void>;
  /** How often each side says a word, the client first. */
  readonly words?: number;
}

/** Connects two hosts; both ends stay open until `owner` ends. */
export async function meet(
  owner: Owner,
  eno: Eno,
  {
    from,
    to,
    family = 4,
    offer,
    terms,
    prepare,
    words = 1,
  }: MeetingPlan & { from: Host; to: Host },
): Promise<Meeting> {
  const calls = systemCalls();
  const address = family === 4 ? "0.0.0.0" : "::";
  const listening = to.inside(() =>
    calls.tcpSocket({ family, bind: { address, port: 0 }, backlog: 8 }),
  );
  const port = calls.boundPort(listening);
  if (terms !== null) {
    eno.loaded.setPassiveTerms(port, terms ?? { teps: allTeps, aware: "off" });
  }
  const server = createServer({ noDelay: true }).listen({ fd: listening });
  atEnd(owner, () => void server.close());
  await once(server, "listening");
  await prepare?.(port);

  const fd = from.inside(() => calls.tcpSocket({ family }));
  if (offer !== null) eno.sockets.offer(fd, offer ?? offerOf({}));
  const client = new Socket({ fd }).setNoDelay();
  atEnd(owner, () => void client.destroy());
  client.connect({ host: to.address(family), port });
  const [[accepted]] = await Promise.all([once(server, "connection"), once(client, "connect")]);
  atEnd(owner, () => void accepted.destroy());
  for (let word = 0; word < words; word += 1) {
    await say(client, accepted, "ping");
    await say(accepted, client, "pong");
  }
  return {
    port,
    client: eno.sockets.outcome(fd),
    server: eno.sockets.outcome(fdOf(accepted)),
  };
}

/** What a client says, by default all TEPs. */
export function offerOf(
  offer: Partial<Parameters<typeof offerSyn>[0]> & { readonly expectedHalf?: Uint8Array },
): Parameters<EnoSockets["offer"]>[1] {
  const { aware = "off", teps = allTeps, expectedHalf, ...rest } = offer;
  const option = offerSyn({ teps, aware, room: 20, ...rest });
  assert(option !== undefined, "nothing fits");
  return { option, aware, ...(expectedHalf === undefined ? {} : { expectedHalf }) };
}

async function say(from: Socket, to: Socket, word: string): Promise<void> {
  from.write(word);
  const [chunk] = await once(to, "data");
  assert.equal(String(chunk), word);
}

function fdOf(socket: Socket): number {
  return (socket as unknown as { _handle: { fd: number } })._handle.fd;
}
