import type { Tep } from "../tep.ts";
import { halfLength, type ResumptionProposal, resumptionNonceLength } from "./proposal.ts";
import { type SynOption, writeSynOption } from "./syn-option.ts";
import type { AwareMode } from "./terms.ts";

/** What an active opener puts into its SYN. */
export interface SynOffer {
  /** What it is willing to use, the best first. Empty for a vacuous option (RFC 8547 §4.6). */
  readonly teps: readonly Tep[];
  readonly aware: AwareMode;
  /**
   * Play host B though opening actively: for a simultaneous open, agreed beforehand. Towards a
   * passive opener it disables encryption (RFC 8547 §4.3).
   */
  readonly passiveRole?: boolean;
  readonly resumption?: ResumptionProposal;
  /**
   * Bytes that the other options of the SYN leave: at most 40, which is also what is taken without
   * it. A Linux SYN with time stamps leaves 20.
   */
  readonly room?: number;
}

/**
 * The option for the SYN of an active opener. TEPs that do not fit into the room are left out, the
 * least wanted first; `undefined` when not even one does.
 *
 * TEPs stand in order of increasing priority, which only counts for host B, and a resumption stands
 * last, where its data need no length byte.
 *
 * @throws {RangeError} A resumption with a half or nonce of wrong length.
 * @see RFC 8547 §4.2, §4.4 and §4.5
 * @see RFC 8548 §3.2 and §3.5
 */
export function offerSyn(offer: SynOffer): Uint8Array | undefined {
  const { aware, resumption, room = 40 } = offer;
  // RFC 8547 §4.2: without the byte both bits are 0, which saves room.
  const global =
    offer.passiveRole === true || aware !== "off"
      ? { passive: offer.passiveRole === true, aware: aware !== "off" }
      : undefined;
  const fresh = offer.teps.filter((tep) => tep !== resumption?.tep);
  const last = resumption === undefined ? [] : [resumptionSuboption(resumption)];
  const least =
    2 + (global === undefined ? 0 : 1) + last.reduce((sum, { data }) => sum + 1 + data.length, 0);
  const kept = fresh.slice(0, Math.max(0, room - least)).toReversed();
  const isEmpty = kept.length + last.length === 0;
  if (least > room || (isEmpty && offer.teps.length > 0)) return undefined;
  return writeSynOption({ global, teps: [...kept.map((tep) => ({ tep })), ...last] });
}

/** @throws {RangeError} A half or nonce of wrong length. */
export function resumptionSuboption({
  tep,
  half,
  nonce,
}: ResumptionProposal): SynOption["teps"][number] & { readonly data: Uint8Array } {
  if (half.length !== halfLength || nonce.length > resumptionNonceLength) {
    throw new RangeError("expected half an identifier of 9 bytes and a nonce of at most 8");
  }
  return { tep, data: Uint8Array.of(...half, ...nonce) };
}
