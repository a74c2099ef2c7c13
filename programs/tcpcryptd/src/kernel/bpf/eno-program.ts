/**
 * The sock_ops program that speaks TCP-ENO for the sockets of a control group.
 *
 * Connections are opened with the option that their storage holds, if any. Listening sockets answer
 * by the terms of their local port, if there are any; what was said is in the storage of the
 * accepted socket.
 *
 * Several ENO options in a SYN are seen and count as none. A SYN answered by a cookie gets no option,
 * since nothing is kept of it. In a simultaneous open ENO is given up: no callback shows a SYN that
 * arrives while our own is under way, so there would be no transcript. Only who never gets to see
 * such a SYN, but the SYN-ACK that answers its own, goes on, in either role.
 *
 * @see RFC 8547 §4.6
 * @module
 */

import { enoKind } from "@countersign/tcpcrypt";
import { Assembler, r0, r1, r2, r3, r4, r5 } from "./assembler.ts";
import { answered, freshLength, resumptionLength, writeAnswerSyn } from "./eno-answer.ts";
import { writeActiveEstablished, writePassiveEstablished } from "./eno-established.ts";
import { writeFindOption, writeReadOption } from "./eno-reading.ts";
import { enterFrame, frame } from "./frame.ts";
import { claim, optionLength, record } from "./layout.ts";
import {
  ctx,
  type EnoProgramNeeds,
  findClaim,
  findStorage,
  ours,
  setFlags,
  storage,
} from "./main-parts.ts";
import {
  callback,
  context,
  helper,
  isCookie,
  noRoom,
  saveSyn,
  tcpFlag,
  tcpLevel,
} from "./sock-ops.ts";

const nonSynLength = 2;

/** The program as the kernel loads it. */
export function enoProgram(needs: EnoProgramNeeds): Uint8Array {
  const a = new Assembler();
  a.set(ctx, r1);
  enterFrame(a, ours);
  a.load(32, r1, ctx, context.callback);
  for (const name of Object.keys(callback) as (keyof typeof callback)[]) {
    a.jumpIf(r1, "==", callback[name], name);
  }
  a.jump("done");

  writeOpening(a, needs);
  writeOptionLength(a, needs);
  writeOptions(a, needs);
  writeActiveEstablished(a, needs);
  writePassiveEstablished(a, needs);
  writeAnswer(a);
  a.label("received");
  setFlags(a, "off");
  a.label("done").set(r0, 1).exit();

  writeFunctions(a, needs);
  return a.assemble();
}

/** connect() and listen(): ask for the other callbacks. */
function writeOpening(a: Assembler, needs: EnoProgramNeeds): void {
  a.label("connect");
  findStorage(a, needs, "done");
  setFlags(a, "on");
  a.jump("done");

  a.label("listen");
  setFlags(a, "on");
  a.store(32, ours, frame.number, 1).set(r1, ctx).set(r2, tcpLevel).set(r3, saveSyn);
  a.set(r4, ours).add(r4, frame.number).set(r5, 4).call(helper.setSocketOption).jump("done");
}

/** How much room the next segment's option needs. */
function writeOptionLength(a: Assembler, needs: EnoProgramNeeds): void {
  a.label("optionLength");
  branchBySegment(a, "length of SYN", "length of SYN-ACK");

  // Linux does not call "received" for segments that its header prediction expects.
  a.load(64, r1, ctx, context.bytesReceived).jumpIf(r1, "!=", 0, "received");
  // The SYN itself counts as one byte.
  a.load(64, r1, ctx, context.bytesAcknowledged).jumpIf(r1, ">", 1, "received");
  a.set(r2, nonSynLength).jump("reserve");

  a.label("length of SYN");
  findStorage(a, needs, "done");
  a.load(8, r2, storage, record.sentLength).jump("reserve");

  a.label("length of SYN-ACK");
  a.load(32, r1, ctx, context.isFullSocket).jumpIf(r1, "==", 0, "length of answer");
  findStorage(a, needs, "done");
  a.jump("plain");

  a.label("length of answer");
  a.load(32, r1, ctx, context.firstArgument).jumpIf(r1, "==", isCookie, "done").jump("answer");
  a.label("answer for length");
  a.set(r2, freshLength).jumpIf(r0, "==", answered.fresh, "reserve");
  a.jumpIf(r0, "!=", answered.resumption, "done");
  a.load(8, r2, ours, frame.answer + 1);
  reserve(a);
  a.jumpIf(r0, "!=", noRoom, "done");

  // Beside the options that Linux sends by default, a SYN-ACK with the global suboption has room for
  // a nonce of 7 bytes. An answer that does not fit at all is a fresh exchange from now on.
  findClaim(a, needs, "done");
  a.set(storage, r0).store(8, storage, claim.option + 1, resumptionLength - 1);
  a.set(r2, resumptionLength - 1);
  reserve(a);
  a.jumpIf(r0, "!=", noRoom, "done");
  a.store(8, storage, claim.used, 1).set(r2, freshLength);
  a.label("reserve");
  reserve(a);
  a.jump("done");
}

/** The option itself. */
function writeOptions(a: Assembler, needs: EnoProgramNeeds): void {
  a.label("writeOptions");
  branchBySegment(a, "write SYN", "answer");
  a.store(8, ours, frame.answer, enoKind).store(8, ours, frame.answer + 1, nonSynLength);
  a.jump("write answer");

  a.label("write SYN");
  findStorage(a, needs, "done");
  a.set(r2, storage).add(r2, record.sent).jump("write");

  a.label("answer to write");
  a.jumpIf(r0, "==", answered.fresh, "write answer");
  a.jumpIf(r0, "!=", answered.resumption, "done");
  a.label("write answer").set(r2, ours).add(r2, frame.answer);
  a.label("write").set(r1, ctx).set(r3, optionLength).set(r4, 0).call(helper.storeOption);
  a.jump("done");
}

/** One place for all three, or the verifier would go through the function for each. */
function writeAnswer(a: Assembler): void {
  a.label("answer").set(r1, ctx).set(r2, ours).callFunction("answer SYN");
  a.load(32, r1, ctx, context.callback);
  a.jumpIf(r1, "==", callback.optionLength, "answer for length");
  a.jumpIf(r1, "==", callback.writeOptions, "answer to write").jump("answer that was sent");
}

function writeFunctions(a: Assembler, needs: EnoProgramNeeds): void {
  const findOption = writeFindOption(a);
  const readOption = writeReadOption(a);
  writeAnswerSyn(a, { ...needs, findOption, readOption });
}

function branchBySegment(a: Assembler, syn: string, synAck: string): void {
  a.load(32, r1, ctx, context.tcpFlags).and(r1, tcpFlag.synAck);
  a.jumpIf(r1, "==", tcpFlag.syn, syn).jumpIf(r1, "==", tcpFlag.synAck, synAck);
}

function reserve(a: Assembler): void {
  a.set(r1, ctx).set(r3, 0).call(helper.reserveOption);
}
