/**
 * The function of the program that answers a SYN, as `answerSyn` of packages/tcpcrypt does; a test
 * holds the two together.
 *
 * @module
 */

import { enoKind } from "@countersign/tcpcrypt";
import { type Assembler, r0, r1, r2, r3, r4, r5, r6, r7, r8, r9 } from "./assembler.ts";
import { headerRoom, longestResumption, optionRoom, said } from "./eno-reading.ts";
import { copy, frame, zero } from "./frame.ts";
import { answer, awareness, claim, firstTep, resumable, tepCount, terms } from "./layout.ts";
import { callback, context, helper, inet6, onlyNew, savedSyn, tcpLevel } from "./sock-ops.ts";

/** What the function gives. */
export const answered = { nothing: 0, fresh: 1, resumption: 2, notOurPort: 3 } as const;

const passiveBit = 0x01;
const awareBit = 0x02;

/** Kind, length, global suboption, TEP. */
export const freshLength = 4;
const nonceLength = 8;
/** With the nonce of 8 bytes that RFC 8548 §3.5 wants. */
export const resumptionLength = freshLength + resumable.halfLength + nonceLength;

export interface AnswerNeeds {
  readonly termsFd: number;
  readonly answersFd: number;
  readonly claimsFd: number;
  /** Mixed into nonces: 64 random bits. */
  readonly nonceKey: bigint;
  readonly findOption: string;
  readonly readOption: string;
}

/**
 * The label of a function: r1 context, r2 {@link frame}. Gives one of {@link answered}; the answer is
 * then in the frame, the SYN's option (if any) too, and for a resumption the key of its claim. Only
 * the callback that comes first for each SYN-ACK grants resumptions.
 *
 * A half is claimed by one connection for ever (by addresses, ports and initial sequence number), so
 * the same SYN, or its SYN-ACK sent again, gets the same bytes, and any other SYN a fresh exchange.
 *
 * @see RFC 8547 §4.2, §4.5 and §4.6
 * @see RFC 8548 §3.5
 */
export function writeAnswerSyn(a: Assembler, needs: AnswerNeeds): string {
  const [ctx, ours, port] = [r6, r7, r8];
  a.label("answer SYN").set(ctx, r1).set(ours, r2);

  a.load(32, r1, ctx, context.localPort).store(32, ours, frame.number, r1);
  lookUp(a, needs.termsFd, frame.number);
  a.set(port, r0).set(r0, answered.notOurPort).jumpIf(port, "!=", 0, "our port").exit();
  a.label("our port");

  a.set(r1, ctx).set(r2, tcpLevel).set(r3, savedSyn);
  a.set(r4, ours).add(r4, frame.header).set(r5, headerRoom).call(helper.getSocketOption);
  a.jumpIf(r0, "< (signed)", 20, "no answer");
  a.set(r1, ours).add(r1, frame.header).set(r2, ours).add(r2, frame.option);
  a.callFunction(needs.findOption).jumpIf(r0, "==", 0, "no answer");
  a.set(r1, ours).add(r1, frame.option).set(r2, r0).set(r3, ours).add(r3, frame.said);
  a.callFunction(needs.readOption).jumpIf(r0, "==", 0, "no answer");

  // A passive opener is host B, so that the peer must not be (RFC 8547 §4.3).
  a.load(8, r1, ours, frame.said + said.global);
  a.jumpIf(r1, "has a bit of", passiveBit, "no answer");
  a.load(8, r2, port, terms.aware).set(r3, passiveBit);
  a.jumpIf(r2, "==", awareness.off, "global byte");
  a.or(r3, awareBit).jumpIf(r2, "==", awareness.on, "global byte");
  a.jumpIf(r1, "has a bit of", awareBit, "global byte").jump("no answer");
  a.label("global byte").store(8, ours, frame.answer + 2, r3);
  a.store(8, ours, frame.answer, enoKind);

  writeResume(a, needs, "fresh exchange");

  a.label("fresh exchange");
  for (let index = 0; index < tepCount; index += 1) {
    const next = a.newLabel("next TEP");
    a.load(8, r1, port, terms.teps + index)
      .set(r2, r1)
      .subtract(r2, firstTep);
    a.jumpIf(r2, ">=", tepCount, "no answer");
    a.shiftLeft(r2, 2).add(r2, ours);
    a.load(8, r3, r2, frame.said + said.count).jumpIf(r3, "!=", 1, next);
    a.load(8, r3, r2, frame.said + said.dataLength);
    a.jumpIf(r3, "<=", longestResumption, "TEP chosen");
    a.label(next);
  }
  a.label("no answer").set(r0, answered.nothing).exit();
  a.label("TEP chosen").store(8, ours, frame.answer + 3, r1);
  a.store(8, ours, frame.answer + 1, freshLength)
    .set(r0, answered.fresh)
    .exit();
  return "answer SYN";
}

/** Gives an answer that resumes, or goes on at `otherwise`. */
function writeResume(a: Assembler, needs: AnswerNeeds, otherwise: string): void {
  const [ctx, ours, port] = [r6, r7, r8];
  a.load(8, r1, ours, frame.said + said.resumption).jumpIf(r1, "==", 0, otherwise);
  a.subtract(r1, 1).and(r1, tepCount - 1);
  a.set(r2, r1).shiftLeft(r2, 2).add(r2, ours).add(r1, firstTep);
  a.load(8, r3, r2, frame.said + said.count).jumpIf(r3, "!=", 1, otherwise);
  a.load(8, r4, r2, frame.said + said.start);
  for (let index = 0; index < tepCount; index += 1) {
    a.load(8, r3, port, terms.teps + index).jumpIf(r3, "==", r1, "TEP allowed");
  }
  a.jump(otherwise);

  a.label("TEP allowed").store(8, ours, frame.key + resumable.tep, r1);
  for (let index = 0; index < resumable.halfLength; index += 1) {
    a.set(r3, r4)
      .add(r3, index)
      .and(r3, optionRoom - 1)
      .add(r3, ours)
      .load(8, r3, r3, frame.option);
    a.store(8, ours, frame.key + resumable.half + index, r3);
  }

  writeClaimant(a, ctx, ours);
  lookUp(a, needs.claimsFd, frame.key);
  a.jumpIf(r0, "==", 0, "not claimed");
  for (let offset = 0; offset < claim.claimantLength; offset += 8) {
    a.load(64, r1, r0, claim.claimant + offset).load(64, r2, ours, frame.claim + offset);
    a.jumpIf(r1, "!=", r2, otherwise);
  }
  a.load(8, r1, r0, claim.used).jumpIf(r1, "!=", 0, otherwise);
  copyOption({ base: r0, offset: claim.option });
  a.set(r0, answered.resumption).exit();

  a.label("not claimed").load(32, r1, ctx, context.callback);
  a.jumpIf(r1, "!=", callback.optionLength, otherwise);
  const keyPort = frame.key + resumable.localPort;
  a.load(32, r1, ctx, context.localPort).store(16, ours, keyPort, r1);
  lookUp(a, needs.answersFd, frame.key);
  // Claims are for all ports: no half is granted twice.
  a.store(16, ours, keyPort, 0).jumpIf(r0, "!=", 0, "may be resumed");
  lookUp(a, needs.answersFd, frame.key);
  a.jumpIf(r0, "==", 0, otherwise);
  a.label("may be resumed");
  const option = frame.claim + claim.option;
  a.store(8, ours, option, enoKind).store(8, ours, option + 1, resumptionLength);
  a.load(8, r1, ours, frame.answer + 2).store(8, ours, option + 2, r1);
  a.load(8, r1, ours, frame.key + resumable.tep)
    .or(r1, 0x80)
    .store(8, ours, option + 3, r1);
  for (let index = 0; index < resumable.halfLength; index += 1) {
    a.load(8, r1, r0, answer.half + index).store(8, ours, option + freshLength + index, r1);
  }
  writeNonce(a, needs.nonceKey, option + freshLength + resumable.halfLength);

  a.set(r2, ours).add(r2, frame.key).set(r3, ours).add(r3, frame.claim).set(r4, onlyNew);
  // Whoever comes second, be it at the same time, finds a claim and does not get one.
  a.setMap(r1, needs.claimsFd).call(helper.update).jumpIf(r0, "!=", 0, otherwise);
  copyOption({ base: ours, offset: option });
  a.set(r0, answered.resumption).exit();

  function copyOption(from: { base: typeof r0; offset: number }): void {
    copy(a, from, { base: ours, offset: frame.answer }, claim.optionLength, r1);
  }
}

/** Writes down which connection this SYN belongs to. */
function writeClaimant(a: Assembler, ctx: typeof r6, ours: typeof r7): void {
  const claimant = frame.claim + claim.claimant;
  const words = (from: number, to: number, count: number): void => {
    for (let offset = 0; offset < 4 * count; offset += 4) {
      a.load(32, r1, ctx, from + offset).store(32, ours, to + offset, r1);
    }
  };
  zero(a, ours, frame.claim, claim.length);
  a.load(32, r1, ctx, context.family).jumpIf(r1, "==", inet6, "claimant of IPv6");
  words(context.remoteAddress4, claimant, 1);
  words(context.localAddress4, claimant + 16, 1);
  a.jump("ports of claimant");
  a.label("claimant of IPv6");
  words(context.remoteAddress6, claimant, 4);
  words(context.localAddress6, claimant + 16, 4);
  a.label("ports of claimant");
  words(context.remotePort, claimant + 32, 1);
  a.load(32, r1, ours, frame.header + 4).store(32, ours, claimant + 36, r1);
}

/**
 * Writes eight bytes that no other use of the same secret has had. On one machine there is none,
 * since a half is granted once; what remains is a machine that was cloned or set back while it kept
 * secrets. Its copies share the key and may share the kernel's generator, but go by their own clocks:
 * a SYN would have to meet both in the same nanosecond after the copy. The key keeps the nonce from
 * telling the clock to the network.
 *
 * @see RFC 8548 §3.5
 */
function writeNonce(a: Assembler, key: bigint, place: number): void {
  const [ours, nonce] = [r7, r9];
  a.call(helper.random).set(nonce, r0).shiftLeft(nonce, 32);
  a.call(helper.random).shiftLeft(r0, 32).shiftRight(r0, 32).xor(nonce, r0);
  a.call(helper.nanoseconds).set64(r1, key).add(r0, r1);
  // The finishing steps of SplitMix64, which map 64 bits one to one.
  for (const factor of [0xbf58476d1ce4e5b9n, 0x94d049bb133111ebn]) {
    a.set(r1, r0).shiftRight(r1, 30).xor(r0, r1).set64(r1, factor).multiply(r0, r1);
  }
  a.set(r1, r0).shiftRight(r1, 31).xor(r0, r1).xor(nonce, r0);
  for (let index = 0; index < nonceLength; index += 1) {
    a.store(8, ours, place + index, nonce).shiftRight(nonce, 8);
  }
}

/** Looks the key in the frame up in a map: r0 points to the value, or is 0. */
function lookUp(a: Assembler, mapFd: number, key: number): void {
  a.set(r2, r7).add(r2, key).setMap(r1, mapFd).call(helper.lookUp);
}
