/**
 * What the callbacks of the main function have in common.
 *
 * @module
 */

import { type Assembler, r0, r1, r2, r3, r4, r6, r7, r8 } from "./assembler.ts";
import { headerRoom } from "./eno-reading.ts";
import { frame } from "./frame.ts";
import { callbackFlag, context, helper } from "./sock-ops.ts";

/** The maps, by file descriptor, and what nonces are mixed with. */
export interface EnoProgramNeeds {
  readonly storageFd: number;
  readonly termsFd: number;
  readonly answersFd: number;
  readonly claimsFd: number;
  /** 64 random bits. */
  readonly nonceKey: bigint;
}

const allFlags = callbackFlag.received | callbackFlag.writeOptions;

/** In all of the main function: the context, its frame, and the socket's record once found. */
export const [ctx, ours, storage] = [r6, r7, r8];

/** Points {@link storage} at the socket's record; without one goes on at `otherwise`. */
export function findStorage(
  a: Assembler,
  needs: EnoProgramNeeds,
  otherwise: string,
  flags = 0,
): void {
  a.load(64, r2, ctx, context.socket).jumpIf(r2, "==", 0, otherwise);
  a.setMap(r1, needs.storageFd).set(r3, 0).set(r4, flags).call(helper.socketStorage);
  a.jumpIf(r0, "==", 0, otherwise).set(storage, r0);
}

/** Points r0 at the claim whose key is in the frame. */
export function findClaim(a: Assembler, needs: EnoProgramNeeds, otherwise: string): void {
  a.set(r2, ours).add(r2, frame.key).setMap(r1, needs.claimsFd).call(helper.lookUp);
  a.jumpIf(r0, "==", 0, otherwise);
}

/** Copies the ENO option of the frame's header into the frame: r0 has its length, or 0. */
export function findOption(a: Assembler): void {
  a.set(r1, ours).add(r1, frame.header).set(r2, ours).add(r2, frame.option);
  a.callFunction("find option");
}

/** Whether the socket gets further callbacks. */
export function setFlags(a: Assembler, wanted: "on" | "off"): void {
  a.load(32, r2, ctx, context.callbackFlags);
  if (wanted === "on") a.or(r2, allFlags);
  else a.and(r2, ~allFlags);
  a.set(r1, ctx).call(helper.setCallbackFlags);
}

/** Copies the received segment's header into the frame, in words of four bytes. */
export function copyHeader(a: Assembler, otherwise: string): void {
  const copied = a.newLabel("header copied");
  a.load(64, r1, ctx, context.header).load(64, r2, ctx, context.headerEnd);
  a.set(r3, r1).add(r3, 20).jumpIf(r3, ">", r2, otherwise);
  for (let offset = 0; offset < headerRoom - 4; offset += 4) {
    const end = offset + 4;
    if (end > 20) a.set(r3, r1).add(r3, end).jumpIf(r3, ">", r2, copied);
    a.load(32, r3, r1, offset).store(32, ours, frame.header + offset, r3);
  }
  a.label(copied);
}
