import type { SystemCalls } from "../kernel/kernel.ts";
import { holdMark, holdMask } from "../marks.ts";
import { converse, NetlinkRefusal } from "./conversation.ts";
import {
  type Attribute,
  bigEndian,
  type Message,
  machineOrder,
  messageFlag,
  netfilterBody,
  zeroEnded,
} from "./netlink.ts";

/** By what packets get into the queue: nftables' own expression, or the one of iptables. */
export type QueueExpression = "queue" | "target";

/**
 * When packets are handed over: after chains of priority "mangle" (-150), which mark them, and before
 * those of "dstnat" (-100), which redirect.
 */
export const holdPriority = -149;

/**
 * Makes the table that hands every outgoing packet that is marked to be held to a queue, or lets it go on
 * when nobody listens there. Only the socket `fd` may change the table, and it ends with it.
 *
 * Kernels are built with one of two expressions or both: what worked is the answer.
 *
 * @throws {NetlinkRefusal} the kernel has neither, or no tables with owners (before 5.12)
 */
export function makeHoldTable(
  systemCalls: Pick<SystemCalls, "send" | "receive">,
  fd: number,
  { name, queue }: { readonly name: string; readonly queue: number },
): QueueExpression {
  const make = (expression: QueueExpression) => {
    const requests = holdTableRequests(name, queue, expression);
    converse(systemCalls, fd, "a table that holds connections", requests);
    return expression;
  };
  try {
    return make("queue");
  } catch (error) {
    if (!(error instanceof NetlinkRefusal)) throw error;
    return make("target");
  }
}

/** The requests that make the table: all of them are carried out, or none. */
export function holdTableRequests(
  name: string,
  queue: number,
  expression: QueueExpression,
): readonly Message[] {
  const table = { type: 1, value: zeroEnded(name) };
  const chain = zeroEnded("output");
  const steps: readonly (readonly [type: number, flags: number, attributes: Attribute[]])[] = [
    [newTable, 0, [table, { type: 2, value: bigEndian(ownerFlag, 4) }]],
    [
      newChain,
      0,
      [
        table,
        { type: 3, value: chain },
        {
          type: 4,
          value: [
            { type: 1, value: bigEndian(outputHook, 4) },
            { type: 2, value: bigEndian(holdPriority, 4) },
          ],
        },
        { type: 7, value: zeroEnded("filter") },
      ],
    ],
    [
      newRule,
      messageFlag.append,
      [
        table,
        { type: 2, value: chain },
        { type: 4, value: [...isMarked(holdMark, holdMask), toQueue[expression](queue)] },
      ],
    ],
  ];
  return [
    { type: batchBegin, flags: messageFlag.request, sequence: 0, body: batchBody },
    ...steps.map(([type, flags, attributes], index) => ({
      type: tablesSubsystem | type,
      flags: messageFlag.request | messageFlag.create | messageFlag.acknowledge | flags,
      sequence: index + 1,
      body: netfilterBody(inetFamily, 0, attributes),
    })),
    { type: batchEnd, flags: messageFlag.request, sequence: steps.length + 1, body: batchBody },
  ];
}

const batchBegin = 0x10;
const batchEnd = 0x11;
const tablesSubsystem = 10 << 8;
const batchBody = netfilterBody(0, 10);
const newTable = 0;
const newChain = 3;
const newRule = 6;
const inetFamily = 1;
const outputHook = 3;
const ownerFlag = 2;
const register = bigEndian(1, 4);

/** `meta mark & mask == mark`: the bits left out name the rule that matched. */
function isMarked(mark: number, mask: number): Attribute[] {
  const markKey = 3;
  return [
    element("meta", [
      { type: 1, value: register },
      { type: 2, value: bigEndian(markKey, 4) },
    ]),
    element("bitwise", [
      { type: 1, value: register },
      { type: 2, value: register },
      { type: 3, value: bigEndian(4, 4) },
      { type: 4, value: [{ type: 1, value: machineOrder(mask) }] },
      { type: 5, value: [{ type: 1, value: machineOrder(0) }] },
    ]),
    element("cmp", [
      { type: 1, value: register },
      { type: 2, value: bigEndian(0, 4) },
      { type: 3, value: [{ type: 1, value: machineOrder(mark) }] },
    ]),
  ];
}

const bypass = 1;

const toQueue: Readonly<Record<QueueExpression, (queue: number) => Attribute>> = {
  queue: (queue) =>
    element("queue", [
      { type: 1, value: bigEndian(queue, 2) },
      { type: 2, value: bigEndian(1, 2) },
      { type: 3, value: bigEndian(bypass, 2) },
    ]),
  target: (queue) =>
    element("target", [
      { type: 1, value: zeroEnded("NFQUEUE") },
      { type: 2, value: bigEndian(3, 4) },
      // struct xt_NFQ_info_v3: first queue, how many, flags; in the machine's order, padded to 8.
      { type: 3, value: Uint8Array.of(queue & 0xff, queue >> 8, 1, 0, bypass, 0, 0, 0) },
    ]),
};

function element(name: string, attributes: readonly Attribute[]): Attribute {
  return {
    type: 1,
    value: [
      { type: 1, value: zeroEnded(name) },
      { type: 2, value: attributes },
    ],
  };
}
