/**
 * The packet marks that tcpcryptd's rules and sockets speak to each other with. All lie in 0x43… and
 * 0x44…; other programs' marks must keep out of these ranges (docs/guide/tcpcrypt.md).
 *
 * @module
 */

/** On the SYN of a connection that a worker opens to the network: leave it alone. */
export const wireMark = 0x4300_0000;
/** On the connection to the application behind an incoming one: route it to this machine. */
export const applicationMark = 0x4300_0001;
/** Set on a held SYN: answer it with a reset. */
export const refuseMark = 0x4300_0002;
/** Set on a held SYN: answer it with ICMP "host unreachable". */
export const unreachableMark = 0x4300_0003;
/** Set by the rules on a SYN that the supervisor shall see first; {@link heldMark} names the rule. */
export const holdMark = 0x4300_0004;

/** Which bits say "hold": the others tell which outgoing rule of the settings (0 to 255) matched. */
export const holdMask = 0xffff_00ff;

/** {@link holdMark} with the number of the outgoing rule, which may hang on what only nft can see. */
export function heldMark(rule: number): number {
  return (holdMark | (rule << 8)) >>> 0;
}

/** What {@link heldMark} wrote, or `undefined` for any other mark. */
export function readHeldMark(mark: number): number | undefined {
  return (mark & holdMask) >>> 0 === holdMark ? (mark >>> 8) & 0xff : undefined;
}

const dialedPrefix = 0x4400_0000;
const idBits = 20;

/** How many workers, and dials under way at one worker, the mark has room for. */
export const maxWorkers = 16;
export const maxDials = 1 << idBits;

/** The mark of a SYN let go to `worker` (0 to 15), which has dialed as `id` (20 bits). */
export function dialedMark(worker: number, id: number): number {
  return (dialedPrefix | (worker << idBits) | id) >>> 0;
}

/** What {@link dialedMark} wrote, or `undefined` for any other mark. */
export function readDialedMark(mark: number): { worker: number; id: number } | undefined {
  if ((mark & 0xff00_0000) >>> 0 !== dialedPrefix) return undefined;
  return { worker: (mark >>> idBits) & (maxWorkers - 1), id: mark & (maxDials - 1) };
}

/** Masks for rules: which bits say "dialed", and which of them name the worker. */
export const dialedMask = 0xff00_0000;
export const workerMask = 0x00f0_0000;
