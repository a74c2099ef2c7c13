import type { SystemCalls } from "../kernel/kernel.ts";
import { converse, NetlinkRefusal } from "./conversation.ts";
import {
  type Attribute,
  bigEndian,
  type Message,
  messageFlag,
  netfilterBody,
  readBigEndian,
  readMessages,
  readNetfilterBody,
  writeMessages,
} from "./netlink.ts";

/** A packet that waits for its verdict. */
export interface QueuedPacket {
  readonly packetId: number;
  /** Its first {@link copiedBytes} bytes; they share memory with what was received. */
  readonly bytes: Uint8Array;
  /** Whose socket sent it. */
  readonly uid: number | undefined;
  /** What the rules put on it. */
  readonly mark: number;
}

/** What becomes of a packet: it goes on, with this mark, or it is dropped. */
export type Verdict = { readonly mark: number } | "drop";

/** IPv6, an extension header and the ports, sequence number and flags of TCP fit in. */
export const copiedBytes = 128;

/** How many packets wait in the kernel at most; more of them go on as they are (fail open). */
export const queueLength = 8192;

/** For as many packets as wait, each with its attributes and the kernel's own bookkeeping. */
export const receiveBufferBytes = 16 * 1024 * 1024;

const queueSubsystem = 3 << 8;
const packetMessage = queueSubsystem | 0;
const verdictMessage = queueSubsystem | 1;
const configMessage = queueSubsystem | 2;
const configAttribute = { command: 1, copy: 2, length: 3, flagsMask: 4, flags: 5 } as const;
const packetAttribute = { header: 1, mark: 3, payload: 10, uid: 16 } as const;
const verdictAttribute = { header: 2, mark: 3 } as const;
const command = { bind: 1, unbind: 2 } as const;
const copyPackets = 2;
const failOpen = 1;
const withUid = 8;
const verdictCode = { drop: 0, accept: 1 } as const;

/**
 * Starts to listen at the first queue of `candidates` that nobody else listens at, and gives its
 * number.
 *
 * @throws {NetlinkRefusal} the kernel has no queues, or we may not use them, or all are taken
 */
export function bindQueue(
  systemCalls: Pick<SystemCalls, "send" | "receive">,
  fd: number,
  candidates: readonly number[],
): number {
  for (const queue of candidates) {
    try {
      converse(systemCalls, fd, "the packet queue", bindRequests(queue));
      return queue;
    } catch (error) {
      // EPERM says both that somebody has the queue and that we lack the privilege.
      if (!(error instanceof NetlinkRefusal) || queue === candidates.at(-1)) throw error;
    }
  }
  throw new RangeError("bindQueue: no candidates");
}

/** Binds, asks for the packets' first bytes and owners, and says what a full queue means. */
export function bindRequests(queue: number): readonly Message[] {
  const flags = bigEndian(failOpen | withUid, 4);
  return [
    [{ type: configAttribute.command, value: Uint8Array.of(command.bind, 0, 0, 0) }],
    [
      {
        type: configAttribute.copy,
        value: Uint8Array.of(...bigEndian(copiedBytes, 4), copyPackets),
      },
    ],
    [{ type: configAttribute.length, value: bigEndian(queueLength, 4) }],
    [
      { type: configAttribute.flagsMask, value: flags },
      { type: configAttribute.flags, value: flags },
    ],
  ].map((attributes, index) => config(queue, index + 1, attributes));
}

/** Stops listening; the answer also wakes whoever waits for the next packet. */
export function unbindRequest(queue: number): Uint8Array {
  const value = Uint8Array.of(command.unbind, 0, 0, 0);
  return writeMessages([config(queue, 0, [{ type: configAttribute.command, value }])]);
}

function config(queue: number, sequence: number, attributes: readonly Attribute[]): Message {
  return {
    type: configMessage,
    flags: messageFlag.request | messageFlag.acknowledge,
    sequence,
    body: netfilterBody(0, queue, attributes),
  };
}

/** The packets in what was received from the kernel; all else in it is left out. */
export function readPackets(received: Uint8Array): readonly QueuedPacket[] {
  return readMessages(received).flatMap(({ type, body }) => {
    if (type !== packetMessage) return [];
    const attributes = readNetfilterBody(body);
    const packetId = readBigEndian(attributes.get(packetAttribute.header)?.subarray(0, 4));
    const bytes = attributes.get(packetAttribute.payload);
    if (packetId === undefined || bytes === undefined) return [];
    const uid = readBigEndian(attributes.get(packetAttribute.uid));
    const mark = readBigEndian(attributes.get(packetAttribute.mark)) ?? 0;
    return [{ packetId, bytes, uid, mark }];
  });
}

/** The message that gives a packet its verdict. */
export function verdictRequest(queue: number, packetId: number, verdict: Verdict): Uint8Array {
  const code = verdict === "drop" ? verdictCode.drop : verdictCode.accept;
  const header = Uint8Array.of(...bigEndian(code, 4), ...bigEndian(packetId, 4));
  const attributes: Attribute[] = [{ type: verdictAttribute.header, value: header }];
  if (verdict !== "drop") {
    attributes.push({ type: verdictAttribute.mark, value: bigEndian(verdict.mark, 4) });
  }
  return writeMessages([
    {
      type: verdictMessage,
      flags: messageFlag.request,
      sequence: 0,
      body: netfilterBody(0, queue, attributes),
    },
  ]);
}
