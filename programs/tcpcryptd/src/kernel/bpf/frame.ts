import { type Assembler, fp, type Register } from "./assembler.ts";
import { headerRoom, optionRoom, said } from "./eno-reading.ts";
import { claim, optionLength, resumable } from "./layout.ts";

/**
 * The main function's stack, which the others get a pointer to: places from its start. A socket that
 * is half open has no storage of its own, and what belongs to a processor is no place either: an
 * interrupt may run the program in the middle of itself.
 */
export const frame = {
  header: 0,
  option: headerRoom,
  said: headerRoom + optionRoom,
  key: headerRoom + optionRoom + said.room,
  claim: headerRoom + optionRoom + said.room + resumable.length,
  /** What goes into the segment. */
  answer: headerRoom + optionRoom + said.room + resumable.length + claim.length,
  number: headerRoom + optionRoom + said.room + resumable.length + claim.length + optionLength,
  room: headerRoom + optionRoom + said.room + resumable.length + claim.length + optionLength + 8,
} as const;

/** Points `to` at the start of the main function's frame and fills that with zeros. */
export function enterFrame(a: Assembler, to: Register): void {
  a.set(to, fp).add(to, -frame.room);
  zero(a, to, 0, frame.room);
}

/** Fills `length` bytes, a multiple of 8, with zeros. */
export function zero(a: Assembler, base: Register, start: number, length: number): void {
  for (let offset = 0; offset < length; offset += 8) a.store(64, base, start + offset, 0);
}

/** Copies `length` bytes, a multiple of 8; both places are multiples of 8 as well. */
export function copy(
  a: Assembler,
  from: { readonly base: Register; readonly offset: number },
  to: { readonly base: Register; readonly offset: number },
  length: number,
  through: Register,
): void {
  for (let at = 0; at < length; at += 8) {
    a.load(64, through, from.base, from.offset + at);
    a.store(64, to.base, to.offset + at, through);
  }
}
