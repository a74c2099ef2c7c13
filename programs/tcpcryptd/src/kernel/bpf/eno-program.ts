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
import { Assembler, r0, r1, r2, r3, r4, r5, r6, r7, r8, r9 } from "./assembler.ts";
import { answered, freshLength, resumptionLength, writeAnswerSyn } from "./eno-answer.ts";
import {
  headerRoom,
  longestResumption,
  optionRoom,
  said,
  shortestResumption,
  writeFindOption,
  writeReadOption,
} from "./eno-reading.ts";
import { copy, enterFrame, frame } from "./frame.ts";
import { awareness, claim, optionLength, proposal, record, tepCount, verdict } from "./layout.ts";
import {
  callback,
  callbackFlag,
  context,
  createStorage,
  helper,
  isCookie,
  noRoom,
  saveSyn,
  tcpFlag,
  tcpLevel,
} from "./sock-ops.ts";

/** The maps, by file descriptor, and what nonces are mixed with. */
export interface EnoProgramNeeds {
  readonly storageFd: number;
  readonly termsFd: number;
  readonly answersFd: number;
  readonly claimsFd: number;
  /** 64 random bits. */
  readonly nonceKey: bigint;
}

const nonSynLength = 2;
const passiveBit = 0x01;
const awareBit = 0x02;
const allFlags = callbackFlag.received | callbackFlag.writeOptions;

/** In all of the main function: the context and its frame. */
const [ctx, ours, storage] = [r6, r7, r8];

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

/** The SYN-ACK has come: the rules of `settle` in packages/tcpcrypt, as far as yes or no. */
function writeActiveEstablished(a: Assembler, needs: EnoProgramNeeds): void {
  a.label("activeEstablished");
  findStorage(a, needs, "done");
  copyHeader(a, "plain");
  findOption(a);
  a.jumpIf(r0, "==", 0, "plain").set(r9, r0);
  a.store(8, storage, record.receivedLength, r9);
  copy(
    a,
    { base: ours, offset: frame.option },
    { base: storage, offset: record.received },
    optionLength,
    r1,
  );
  a.set(r1, ours).add(r1, frame.option).set(r2, r9).set(r3, ours).add(r3, frame.said);
  a.callFunction("read option").jumpIf(r0, "==", 0, "plain");

  const passive = r9;
  a.load(8, r1, ours, frame.said + said.global).load(8, passive, storage, record.passive);
  a.set(r2, r1).and(r2, passiveBit).jumpIf(r2, "==", passive, "plain");
  a.load(8, r2, storage, record.aware).jumpIf(r2, "!=", awareness.mandatory, "roles differ");
  a.jumpIf(r1, "has a bit of", awareBit, "roles differ").jump("plain");

  a.label("roles differ");
  for (let index = 0; index < tepCount; index += 1) writeFreshProposal(a, passive, index);

  // Not fresh: the resumption that we offered, answered by the right half.
  a.load(8, r1, storage, record.resumption).jumpIf(r1, "==", 0, "plain");
  a.subtract(r1, 1)
    .and(r1, tepCount - 1)
    .shiftLeft(r1, 2)
    .add(r1, ours);
  a.load(8, r2, r1, frame.said + said.count).jumpIf(r2, "!=", 1, "plain");
  a.load(8, r2, r1, frame.said + said.dataLength).jumpIf(r2, "<", shortestResumption, "plain");
  a.jumpIf(r2, ">", longestResumption, "plain").load(8, r2, r1, frame.said + said.start);
  for (let index = 0; index < shortestResumption; index += 1) {
    a.set(r3, r2)
      .add(r3, index)
      .and(r3, optionRoom - 1)
      .add(r3, ours)
      .load(8, r3, r3, frame.option);
    a.load(8, r4, storage, record.expectedHalf + index).jumpIf(r3, "!=", r4, "plain");
  }
  a.label("agreed").store(8, storage, record.verdict, verdict.agreed).jump("done");
  a.label("plain").store(8, storage, record.verdict, verdict.plain).jump("received");
}

/** Goes on at "agreed" when this TEP is valid and host B wants a fresh exchange. */
function writeFreshProposal(a: Assembler, passive: typeof r9, index: number): void {
  const next = a.newLabel("not this TEP");
  const row = frame.said + index * said.rowLength;
  a.load(8, r1, storage, record.proposals + index).jumpIf(r1, "==", proposal.none, next);
  a.load(8, r2, ours, row + said.count).jumpIf(r2, "!=", 1, next);
  const weAreHostB = a.newLabel("we are host B");
  a.jumpIf(passive, "!=", 0, weAreHostB);
  a.load(8, r2, ours, row + said.v)
    .jumpIf(r2, "==", 0, "agreed")
    .jump(next);
  a.label(weAreHostB).jumpIf(r1, "!=", proposal.fresh, next);
  a.load(8, r2, ours, row + said.dataLength).jumpIf(r2, "<=", longestResumption, "agreed");
  a.label(next);
}

/** The first ACK has come: keep what both SYN segments said, and whether the ACK has the option. */
function writePassiveEstablished(a: Assembler, needs: EnoProgramNeeds): void {
  a.label("passiveEstablished");
  findStorage(a, needs, "accepted");
  a.jump("plain");

  a.label("accepted");
  setFlags(a, "off");
  a.jump("answer");
  a.label("answer that was sent");
  a.set(r9, r0).jumpIf(r9, "==", answered.notOurPort, "done");
  findStorage(a, needs, "done", createStorage);
  a.store(8, storage, record.verdict, verdict.plain);
  // Zeros when the SYN had none.
  a.load(8, r1, ours, frame.option + 1).store(8, storage, record.receivedLength, r1);
  copy(
    a,
    { base: ours, offset: frame.option },
    { base: storage, offset: record.received },
    optionLength,
    r1,
  );
  a.jumpIf(r9, "==", answered.nothing, "done");
  a.load(8, r1, ours, frame.answer + 1).store(8, storage, record.sentLength, r1);
  copy(
    a,
    { base: ours, offset: frame.answer },
    { base: storage, offset: record.sent },
    optionLength,
    r1,
  );

  a.jumpIf(r9, "!=", answered.resumption, "look at ACK");
  findClaim(a, needs, "look at ACK");
  a.store(8, r0, claim.used, 1);
  a.set(r2, ours).add(r2, frame.key).setMap(r1, needs.answersFd).call(helper.delete);

  a.label("look at ACK");
  copyHeader(a, "done");
  findOption(a);
  a.jumpIf(r0, "==", 0, "done").jump("agreed");
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

/** Points {@link storage} at the socket's record; without one goes on at `otherwise`. */
function findStorage(a: Assembler, needs: EnoProgramNeeds, otherwise: string, flags = 0): void {
  a.load(64, r2, ctx, context.socket).jumpIf(r2, "==", 0, otherwise);
  a.setMap(r1, needs.storageFd).set(r3, 0).set(r4, flags).call(helper.socketStorage);
  a.jumpIf(r0, "==", 0, otherwise).set(storage, r0);
}

function findClaim(a: Assembler, needs: EnoProgramNeeds, otherwise: string): void {
  a.set(r2, ours).add(r2, frame.key).setMap(r1, needs.claimsFd).call(helper.lookUp);
  a.jumpIf(r0, "==", 0, otherwise);
}

/** One place for all three, or the verifier would go through the function for each. */
function writeAnswer(a: Assembler): void {
  a.label("answer").set(r1, ctx).set(r2, ours).callFunction("answer SYN");
  a.load(32, r1, ctx, context.callback);
  a.jumpIf(r1, "==", callback.optionLength, "answer for length");
  a.jumpIf(r1, "==", callback.writeOptions, "answer to write").jump("answer that was sent");
}

function findOption(a: Assembler): void {
  a.set(r1, ours).add(r1, frame.header).set(r2, ours).add(r2, frame.option);
  a.callFunction("find option");
}

function reserve(a: Assembler): void {
  a.set(r1, ctx).set(r3, 0).call(helper.reserveOption);
}

function setFlags(a: Assembler, wanted: "on" | "off"): void {
  a.load(32, r2, ctx, context.callbackFlags);
  if (wanted === "on") a.or(r2, allFlags);
  else a.and(r2, ~allFlags);
  a.set(r1, ctx).call(helper.setCallbackFlags);
}

/** Copies the received segment's header into the frame, in words of four bytes. */
function copyHeader(a: Assembler, otherwise: string): void {
  const copied = a.newLabel("header copied");
  a.load(64, r1, ctx, context.header).load(64, r2, ctx, context.headerEnd);
  a.set(r3, r1).add(r3, 20).jumpIf(r3, ">", r2, otherwise);
  for (let offset = 0; offset < headerRoom - 4; offset += 4) {
    if (offset >= 20)
      a.set(r3, r1)
        .add(r3, offset + 4)
        .jumpIf(r3, ">", r2, copied);
    a.load(32, r3, r1, offset).store(32, ours, frame.header + offset, r3);
  }
  a.label(copied);
}
