/**
 * The callbacks of the program at the end of the handshake: what was agreed is put down.
 *
 * @module
 */

import { type Assembler, r0, r1, r2, r3, r4, r9 } from "./assembler.ts";
import { answered } from "./eno-answer.ts";
import { longestResumption, optionRoom, said, shortestResumption } from "./eno-reading.ts";
import { copy, frame } from "./frame.ts";
import {
  awareness,
  claim,
  optionLength,
  proposal,
  record,
  resumable,
  tepCount,
  verdict,
} from "./layout.ts";
import {
  copyHeader,
  ctx,
  type EnoProgramNeeds,
  findClaim,
  findOption,
  findStorage,
  ours,
  setFlags,
  storage,
} from "./main-parts.ts";
import { context, createStorage, helper } from "./sock-ops.ts";

const passiveBit = 0x01;
const awareBit = 0x02;

/** The SYN-ACK has come: the rules of `settle` in packages/tcpcrypt, as far as yes or no. */
export function writeActiveEstablished(a: Assembler, needs: EnoProgramNeeds): void {
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
export function writePassiveEstablished(a: Assembler, needs: EnoProgramNeeds): void {
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
  deleteAnswer(a, needs);
  a.load(32, r1, ctx, context.localPort).store(16, ours, frame.key + resumable.localPort, r1);
  deleteAnswer(a, needs);

  a.label("look at ACK");
  copyHeader(a, "done");
  findOption(a);
  a.jumpIf(r0, "==", 0, "done").jump("agreed");
}

function deleteAnswer(a: Assembler, needs: EnoProgramNeeds): void {
  a.set(r2, ours).add(r2, frame.key).setMap(r1, needs.answersFd).call(helper.delete);
}
