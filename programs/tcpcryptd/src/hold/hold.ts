import type { SystemCalls } from "../kernel/kernel.ts";
import type { DialOutcome } from "../worker/messages.ts";
import { NetlinkRefusal } from "./conversation.ts";
import { type Choices, type Dial, type DialOrder, HeldSyns, type HoldEffect } from "./held-syns.ts";
import { makeHoldTable, type QueueExpression } from "./hold-table.ts";
import { holdByIptables, type RunCommand, type UndoCommand } from "./iptables-hold.ts";
import {
  bindQueue,
  readPackets,
  receiveBufferBytes,
  unbindRequest,
  verdictRequest,
} from "./queue.ts";
import { readSyn } from "./syn.ts";

/** What holding connections needs of the supervisor. */
export interface HoldOptions extends Choices {
  readonly systemCalls: SystemCalls;
  /** Of the table that is made; another one for each supervisor in a network namespace. */
  readonly tableName: string;
  /** Tells a worker to dial; its answer comes back through {@link Hold.dialed}. */
  dial(order: DialOrder): void;
  /** Tells a worker that the application gave up. */
  abandon(dial: Dial): void;
  /** Commands that take away again what does not vanish with this process. */
  journal(undo: readonly UndoCommand[]): void;
  /** Runs a command, and throws when it fails. */
  readonly run: RunCommand;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** Holding has failed for good; the rules let everything go on unseen from now on. */
  failed(error: unknown): void;
}

/** SYNs are being held. */
export interface Hold {
  /** By what packets get here. */
  readonly by: QueueExpression | "iptables";
  readonly queue: number;
  dialed(dial: Dial, outcome: DialOutcome["outcome"]): void;
  workerDied(worker: number): void;
  /** Dials whose application has not been answered. */
  readonly dials: number;
  /** Holds nothing any more. Applications send the SYNs that are held again, and go in the clear. */
  close(): Promise<void>;
}

/** Tried in this order: other programs like small numbers. */
const queueCandidates = Array.from({ length: 16 }, (_, index) => 0x6e6f + index);

/** Packets read before others in this process get their turn. */
const packetsPerTurn = 256;
const longestWaitMs = 1_000;

/**
 * Holds the SYN of each chosen outgoing connection until it is known how connecting ends, so that
 * connect() tells the truth. It must start before the rules that mark SYNs are made: iptables' own
 * chain has their priority, and the kernel puts the newer one first.
 *
 * @throws {NetlinkRefusal} the kernel has no packet queues, or no way into them
 */
export function startHold(options: HoldOptions): Hold {
  const { systemCalls } = options;
  const held = new HeldSyns(options);
  const queueFd = systemCalls.netlinkSocket(netfilter, receiveBufferBytes);
  const tableFd = systemCalls.netlinkSocket(netfilter);
  const closeSockets = () => {
    systemCalls.close(tableFd);
    systemCalls.close(queueFd);
  };
  try {
    const queue = bindQueue(systemCalls, queueFd, queueCandidates);
    const way = wayIntoQueue(options, tableFd, queue);
    return listenAt({ ...options, held, queueFd, queue, way, closeSockets });
  } catch (error) {
    closeSockets();
    throw error;
  }
}

const netfilter = 12;

interface Way {
  readonly by: Hold["by"];
  undo(): void;
}

function wayIntoQueue(options: HoldOptions, tableFd: number, queue: number): Way {
  try {
    const name = options.tableName;
    const by = makeHoldTable(options.systemCalls, tableFd, { name, queue });
    return { by, undo: () => undefined };
  } catch (error) {
    if (!(error instanceof NetlinkRefusal)) throw error;
    return { by: "iptables", undo: holdByIptables(queue, options) };
  }
}

interface Listening extends HoldOptions {
  readonly held: HeldSyns;
  readonly queueFd: number;
  readonly queue: number;
  readonly way: Way;
  closeSockets(): void;
}

function listenAt(listening: Listening): Hold {
  const { systemCalls, held, queue, queueFd, way, closeSockets } = listening;
  const carryOut = (effects: readonly HoldEffect[]) => {
    for (const effect of effects) inTheWorld(listening, effect);
  };
  let isClosing = false;
  const ended = (async () => {
    try {
      while (!isClosing) {
        await systemCalls.waitReadable(queueFd, waitFor(listening));
        if (isClosing) break;
        carryOut(held.passed(listening.now()));
        drain(listening, carryOut);
      }
    } catch (error) {
      isClosing = true;
      listening.failed(error);
    } finally {
      way.undo();
      closeSockets();
    }
  })();
  return {
    by: way.by,
    queue,
    dialed: (dial, outcome) => isClosing || carryOut(held.ended(dial, outcome)),
    workerDied: (worker) => isClosing || carryOut(held.workerDied(worker)),
    get dials() {
      return held.dials;
    },
    async close() {
      if (!isClosing) systemCalls.send(queueFd, unbindRequest(queue));
      isClosing = true;
      await ended;
    },
  };
}

/** Until the next SYN is to be dropped; never so long that a change would be missed for long. */
function waitFor({ held, now }: Listening): number {
  const due = held.dueAt ?? Number.POSITIVE_INFINITY;
  return Math.max(0, Math.min(longestWaitMs, Math.ceil(due - now())));
}

const received = new Uint8Array(4096);

function drain(
  { systemCalls, queueFd, queue, held, now }: Listening,
  carryOut: (effects: readonly HoldEffect[]) => void,
): void {
  for (let turn = 0; turn < packetsPerTurn; turn += 1) {
    const length = systemCalls.receive(queueFd, received);
    if (length === undefined) return;
    for (const { packetId, bytes, uid, mark } of readPackets(received.subarray(0, length))) {
      const syn = readSyn(bytes);
      // The rules send nothing else here; what does come goes on as it is.
      if (syn === undefined) {
        systemCalls.send(queueFd, verdictRequest(queue, packetId, { mark: 0 }));
      } else {
        carryOut(held.seen({ ...syn, packetId, uid, mark }, now()));
      }
    }
  }
}

function inTheWorld({ systemCalls, queueFd, queue, dial, abandon }: Listening, effect: HoldEffect) {
  switch (effect.type) {
    case "verdict":
      return systemCalls.send(queueFd, verdictRequest(queue, effect.packetId, effect.verdict));
    case "dial":
      return dial(effect);
    case "abandon":
      return abandon(effect);
  }
}
