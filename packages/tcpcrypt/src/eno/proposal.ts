import type { Tep } from "../tep.ts";
import type { SynOption } from "./syn-option.ts";
import type { Role } from "./terms.ts";

/** Half of a resumption identifier, in bytes (RFC 8548 §3.5). */
export const halfLength = 9;
/** The default length of a resumption nonce, and the greatest, in bytes (RFC 8548 §3.5). */
export const resumptionNonceLength = 8;

/** What a host sends to resume a session. */
export interface ResumptionProposal {
  readonly tep: Tep;
  /** Its half of the resumption identifier: 9 bytes. */
  readonly half: Uint8Array;
  /** 0 to 8 bytes. */
  readonly nonce: Uint8Array;
}

/** What a host proposes for one TEP. A resumption implies that a fresh exchange is welcome too. */
export type Proposal = "fresh" | ResumptionProposal;

/**
 * What the option of `role` proposes for `tep`; `undefined` when nothing valid.
 *
 * @see RFC 8547 §4.5
 * @see RFC 8548 §3.2 and §3.5
 */
export function proposalFor(option: SynOption, tep: Tep, role: Role): Proposal | undefined {
  const [suboption, ...others] = option.teps.filter((each) => each.tep === tep);
  // RFC 8547 §4.5: repetition must be defined by the TEP, and tcpcrypt defines none.
  if (suboption === undefined || others.length > 0) return undefined;
  const { data } = suboption;
  if (data === undefined) return "fresh";
  // RFC 8548 §3.5: too few bytes for a half stand for a fresh exchange when a passive opener
  // receives them. In an answer, v = 1 can only mean resumption.
  if (data.length < halfLength) return role === "A" ? "fresh" : undefined;
  if (!isResumption(data)) return undefined;
  return { tep, half: data.subarray(0, halfLength), nonce: data.subarray(halfLength) };
}

/** Whether an identifier of an option is one of tcpcrypt's (RFC 8548 §7). */
export function isTcpcryptTep(tep: number): tep is Tep {
  return tep >= 0x21 && tep <= 0x24;
}

/**
 * The one resumption that host A's option proposes, or `undefined`. Of several, which a host should
 * not send, only the last is looked at.
 *
 * The views returned share memory with the option's.
 *
 * @see RFC 8548 §3.5
 */
export function proposedResumption(option: SynOption): ResumptionProposal | undefined {
  const last = option.teps.findLast(({ tep, data }) => isTcpcryptTep(tep) && isResumption(data));
  if (last === undefined || !isTcpcryptTep(last.tep)) return undefined;
  const proposal = proposalFor(option, last.tep, "A");
  return proposal === "fresh" ? undefined : proposal;
}

function isResumption(data: Uint8Array | undefined): boolean {
  if (data === undefined) return false;
  return data.length >= halfLength && data.length <= halfLength + resumptionNonceLength;
}
