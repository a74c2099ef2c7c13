import { readSynOption, type SynOption } from "@countersign/tcpcrypt";
import type { EnoSockets, SystemCallFailure, SystemCalls } from "../kernel.ts";
import { systemCalls } from "../system-calls.ts";
import { lookUp, remove, update } from "./bpf-calls.ts";
import { longestResumption, shortestResumption } from "./eno-reading.ts";
import {
  answer,
  awareness,
  optionLength,
  proposal,
  record,
  resumable,
  tepCount,
  tepIndex,
  verdict,
  writeResumable,
} from "./layout.ts";

type Offer = Parameters<EnoSockets["offer"]>[1];

/**
 * The maps of the program through inherited file descriptors; needs no privileges. The program has
 * to be loaded before the sockets are made, and in the sockets' control group.
 */
export function enoSockets(
  fds: { readonly storage: number; readonly answers: number },
  calls: SystemCalls = systemCalls(),
): EnoSockets {
  return {
    offer(fd, offer) {
      update(calls, fds.storage, socketKey(fd), writeOffer(offer));
    },

    outcome(fd) {
      const storage = { fd: fds.storage, valueLength: record.length };
      const bytes = lookUp(calls, storage, socketKey(fd));
      return bytes === undefined ? undefined : readRecord(bytes);
    },

    addAnswer(tep, theirHalf, ourHalf, localPort) {
      if (ourHalf.length !== resumable.halfLength) {
        throw new RangeError("expected half a resumption identifier: 9 bytes");
      }
      const value = new Uint8Array(answer.length);
      value.set(ourHalf, answer.half);
      try {
        update(calls, fds.answers, writeResumable(tep, theirHalf, localPort), value);
      } catch (error) {
        // Without room for it the peer gets a fresh exchange.
        if ((error as SystemCallFailure).code !== "E2BIG") throw error;
      }
    },

    removeAnswer(tep, theirHalf, localPort) {
      remove(calls, fds.answers, writeResumable(tep, theirHalf, localPort));
    },
  };
}

/**
 * What a socket's storage says before connect().
 *
 * @throws {RangeError} An ill-formed option, or a half of another length than 9 bytes.
 */
export function writeOffer({ option, aware, expectedHalf }: Offer): Uint8Array {
  const said = readSynOption(option);
  if (said === undefined || option.length > optionLength) {
    throw new RangeError("expected a well-formed SYN-form option");
  }
  const bytes = new Uint8Array(record.length);
  bytes[record.aware] = awareness[aware];
  bytes[record.passive] = said.global?.passive === true ? 1 : 0;
  for (let index = 0; index < tepCount; index += 1) {
    const proposed = proposalOf(said, index);
    bytes[record.proposals + index] = proposed;
    if (proposed === proposal.resumption && expectedHalf !== undefined) {
      bytes[record.resumption] = index + 1;
    }
  }
  bytes[record.sentLength] = option.length;
  bytes.set(option, record.sent);
  if (expectedHalf !== undefined) {
    if (expectedHalf.length !== resumable.halfLength) {
      throw new RangeError("expected half a resumption identifier: 9 bytes");
    }
    bytes.set(expectedHalf, record.expectedHalf);
  }
  return bytes;
}

/** What a socket's storage says once the connection is established; `undefined` before. */
export function readRecord(bytes: Uint8Array): ReturnType<EnoSockets["outcome"]> {
  if (bytes[record.verdict] === verdict.none) return undefined;
  const option = (start: number, length: number | undefined): Uint8Array =>
    bytes.slice(start, start + Math.min(length ?? 0, optionLength));
  return {
    sent: option(record.sent, bytes[record.sentLength]),
    received: option(record.received, bytes[record.receivedLength]),
    acknowledged: bytes[record.verdict] === verdict.agreed,
  };
}

/** What our own option proposes for a TEP (RFC 8547 §4.5, RFC 8548 §3.5). */
function proposalOf({ global, teps }: SynOption, index: number): number {
  const [suboption, ...others] = teps.filter(({ tep }) => tepIndex(tep) === index);
  if (suboption === undefined || others.length > 0) return proposal.none;
  const length = suboption.data?.length;
  if (length === undefined) return proposal.fresh;
  if (length < shortestResumption) return global?.passive ? proposal.none : proposal.fresh;
  return length > longestResumption ? proposal.none : proposal.resumption;
}

function socketKey(fd: number): Uint8Array {
  const key = new Uint8Array(4);
  new DataView(key.buffer).setInt32(0, fd, true);
  return key;
}
