import type { Tep } from "../tep.ts";
import type { EnoFailure } from "./disable-reason.ts";
import { resumptionSuboption } from "./offer.ts";
import { proposalFor, proposedResumption } from "./proposal.ts";
import { isAware, isPassive } from "./settle.ts";
import { readSynOption, type SynOption, writeSynOption } from "./syn-option.ts";
import type { OfferedResumption, Terms } from "./terms.ts";

/**
 * Looks for the cached session that the peer names by `tep` and its half of the resumption
 * identifier (9 bytes). Gives our half (9 bytes) and a nonce (8 bytes; fewer only where session
 * secrets cannot be used twice, RFC 8548 §3.5). A session may be given for one connection only.
 */
export type FindResumption = (
  tep: Tep,
  theirHalf: Uint8Array,
) => { readonly half: Uint8Array; readonly nonce: Uint8Array } | undefined;

/** What a passive opener makes of an option that it received. */
export type Answer =
  | { readonly option: Uint8Array; readonly resumption?: OfferedResumption }
  | { readonly option: undefined; readonly reason: EnoFailure };

/**
 * The option for the SYN-ACK of a passive opener, with b = 1 and one TEP, or `undefined` when it
 * must not send one. A session that `find` knows is resumed; else the first of `terms.teps` that
 * the peer offers is taken. `terms.resumption` plays no part.
 *
 * @throws {RangeError} `find` gave a half or nonce of wrong length.
 * @see RFC 8547 §4.2, §4.5 and §4.6
 * @see RFC 8548 §3.2 and §3.5
 */
export function answerSyn(
  received: Uint8Array,
  terms: Terms,
  find?: FindResumption,
): Uint8Array | undefined {
  return considerSyn(received, terms, find).option;
}

/**
 * As {@link answerSyn}, with what belongs to the answer: the reason for none, or the resumption
 * that {@link settle} has to be told of.
 */
export function considerSyn(received: Uint8Array, terms: Terms, find?: FindResumption): Answer {
  const offered = readSynOption(received);
  if (offered === undefined) return none("malformed-option");
  if (isPassive(offered)) return none("same-role");
  if (terms.aware === "mandatory" && !isAware(offered)) return none("not-aware");

  const global = { passive: true, aware: terms.aware !== "off" };
  const resumed = resume(offered, terms, find);
  if (resumed !== undefined) {
    return {
      option: writeSynOption({ global, teps: [resumed.suboption] }),
      resumption: resumed.resumption,
    };
  }
  const tep = terms.teps.find((ours) => proposalFor(offered, ours, "A") !== undefined);
  if (tep === undefined) return none("no-valid-tep");
  return { option: writeSynOption({ global, teps: [{ tep }] }) };
}

/** RFC 8548 §3.5: a cached session with the same TEP should be resumed. */
function resume(offered: SynOption, terms: Terms, find: FindResumption | undefined) {
  const proposed = proposedResumption(offered);
  if (proposed === undefined || !terms.teps.includes(proposed.tep)) return undefined;
  const { tep, half } = proposed;
  const ours = find?.(tep, half);
  if (ours === undefined) return undefined;
  return {
    suboption: resumptionSuboption({ tep, ...ours }),
    resumption: { tep, expectedHalf: half.slice() },
  };
}

function none(reason: EnoFailure): Answer {
  return { option: undefined, reason };
}
