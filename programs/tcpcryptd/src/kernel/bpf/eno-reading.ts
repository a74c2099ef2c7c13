/**
 * The functions of the program that read: a header's ENO option, and what it says.
 *
 * Each loop ends after a fixed number of turns, whatever the bytes, as the kernel's verifier wants.
 *
 * @module
 */

import { enoKind } from "@countersign/tcpcrypt";
import {
  type Assembler,
  type Register,
  r0,
  r1,
  r2,
  r3,
  r4,
  r5,
  r6,
  r7,
  r8,
  r9,
} from "./assembler.ts";
import { firstTep, optionLength, tepCount } from "./layout.ts";
import { tcpFlag } from "./sock-ops.ts";

/** A TCP header on the stack; its length is a power of 2, so that a mask keeps places in it. */
export const headerRoom = 64;
/** An ENO option on the stack, with zeros behind it. */
export const optionRoom = 64;

/**
 * What an option says, on the stack: a row for each TEP, and the bits of the global suboption.
 *
 * ```text
 * byte  0 … 15: four rows of         16      17            18
 *       count start length v         global  whether seen  resumption (index + 1), 0: none
 * ```
 */
export const said = {
  rowLength: 4,
  count: 0,
  start: 1,
  dataLength: 2,
  v: 3,
  global: 16,
  globalSeen: 17,
  resumption: 18,
  place: 19,
  room: 24,
} as const;

/** Half a resumption identifier, and with the longest nonce (RFC 8548 §3.5). */
export const shortestResumption = 9;
export const longestResumption = 17;

/** Behind the longest header. */
const headerPlace = 60;
const headerFound = 61;
const headerFlags = 13;
const fixedHeaderLength = 20;
const mask = headerRoom - 1;

/**
 * The label of a function: r1 header, r2 room for an option (zeros). Copies the header's ENO option
 * and gives its length; 0 when there is none. Several are none in a SYN and one otherwise.
 *
 * @see RFC 8547 §4.1
 */
export function writeFindOption(a: Assembler): string {
  const [header, option, place, end, turns] = [r6, r7, r8, r9, r5];
  a.label("find option").set(header, r1).set(option, r2);
  // The upper half of byte 12 counts words of four bytes.
  a.load(8, end, header, 12).shiftRight(end, 4).shiftLeft(end, 2);
  a.store(8, header, headerFound, 0).set(place, fixedHeaderLength).set(turns, 0);

  a.label("next kind");
  keepUnknown(a, header, headerPlace, place);
  a.jumpIf(place, ">=", end, "end of options");
  loadAt(r1, header, place);
  a.jumpIf(r1, "==", 0, "end of options");
  a.jumpIf(r1, "==", 1, "no operation");
  a.add(place, 1).jumpIf(place, ">=", end, "end of options");
  loadAt(r2, header, place);
  a.subtract(place, 1);
  // Linux stops here too, without refusing what came before.
  a.jumpIf(r2, "<", 2, "end of options");
  a.set(r3, place).add(r3, r2).jumpIf(r3, ">", end, "end of options");
  a.jumpIf(r1, "!=", enoKind, "skip option");
  a.load(8, r4, header, headerFound).jumpIf(r4, "!=", 0, "one more");
  a.store(8, header, headerFound, place);
  a.label("skip option").set(place, r3).jump("kind done");
  a.label("one more").load(8, r4, header, headerFlags);
  a.jumpIf(r4, "has a bit of", tcpFlag.syn, "no option").jump("skip option");
  a.label("no operation").add(place, 1);
  a.label("kind done");
  a.add(turns, 1).jumpIf(turns, "<", optionLength, "next kind");

  a.label("end of options").load(8, r4, header, headerFound);
  a.jumpIf(r4, "==", 0, "no option");
  a.set(place, r4).add(place, 1);
  loadAt(r0, header, place);
  a.jumpIf(r0, ">", optionLength, "no option");
  a.set(turns, 0);
  a.label("copy option").jumpIf(turns, ">=", r0, "option found");
  a.set(place, r4).add(place, turns);
  loadAt(r1, header, place);
  a.set(r2, option).add(r2, turns).store(8, r2, 0, r1);
  a.add(turns, 1).jumpIf(turns, "<", optionLength, "copy option");
  // Read anew, or the verifier would go on with each length by itself.
  a.label("option found").load(8, r0, option, 1).exit();
  a.label("no option").set(r0, 0).exit();
  return "find option";

  function loadAt(to: Register, base: Register, at: Register): void {
    a.and(at, mask).set(to, base).add(to, at).load(8, to, to, 0);
  }
}

/**
 * The label of a function: r1 option, r2 its length, r3 room for {@link said} (zeros). Gives 1, or 0
 * when the option is ill-formed.
 *
 * @see RFC 8547 §4.1, §4.2 and §4.4
 */
export function writeReadOption(a: Assembler): string {
  const [option, tells, place, end, dataLength, turns] = [r6, r7, r8, r9, r4, r5];
  a.label("read option").set(option, r1).set(end, r2).set(tells, r3);
  a.set(place, 2).set(turns, 0);

  a.label("next suboption");
  keepUnknown(a, tells, said.place, place);
  a.jumpIf(place, ">=", end, "well-formed");
  loadNext(r1);
  a.jumpIf(r1, "<", 0x20, "global suboption");
  a.set(dataLength, 0).set(r2, 0).jumpIf(r1, "<", 0x80, "tep");
  a.set(dataLength, end).subtract(dataLength, place).set(r2, 1).jumpIf(r1, ">=", 0xa0, "tep");

  // A length byte: n bytes of data behind the identifier, which has v = 1.
  a.and(r1, 0x1f).add(r1, 1);
  a.jumpIf(dataLength, "<=", r1, "ill-formed");
  a.set(dataLength, r1);
  loadNext(r1);
  a.jumpIf(r1, "<", 0xa0, "ill-formed");

  a.label("tep").and(r1, 0x7f).subtract(r1, firstTep);
  a.jumpIf(r1, ">=", tepCount, "suboption done");
  a.set(r3, r1).shiftLeft(r3, 2).add(r3, tells);
  a.load(8, r0, r3, said.count).add(r0, 1).store(8, r3, said.count, r0);
  a.store(8, r3, said.start, place).store(8, r3, said.dataLength, dataLength);
  a.store(8, r3, said.v, r2);
  a.jumpIf(dataLength, "<", shortestResumption, "suboption done");
  a.jumpIf(dataLength, ">", longestResumption, "suboption done");
  a.add(r1, 1).store(8, tells, said.resumption, r1);
  a.label("suboption done").add(place, dataLength).jump("turn done");

  // RFC 8547 §4.2: only the first one counts.
  a.label("global suboption").load(8, r2, tells, said.globalSeen);
  a.jumpIf(r2, "!=", 0, "turn done");
  a.store(8, tells, said.globalSeen, 1).store(8, tells, said.global, r1);

  a.label("turn done").add(turns, 1).jumpIf(turns, "<", optionLength, "next suboption");
  a.label("well-formed").set(r0, 1).exit();
  a.label("ill-formed").set(r0, 0).exit();
  return "read option";

  function loadNext(to: Register): void {
    a.and(place, optionRoom - 1)
      .set(to, option)
      .add(to, place)
      .load(8, to, to, 0);
    a.add(place, 1);
  }
}

/**
 * Carries a place from one turn of a loop to the next through memory, after which the verifier knows
 * nothing of it: it then looks at a turn once, and not once for each way through the turns before.
 */
function keepUnknown(a: Assembler, base: Register, offset: number, place: Register): void {
  a.store(8, base, offset, place).load(8, place, base, offset);
}
