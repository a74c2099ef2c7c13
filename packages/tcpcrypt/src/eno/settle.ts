import type { Tep } from "../tep.ts";
import type { EnoFailure } from "./disable-reason.ts";
import { isTcpcryptTep, proposalFor } from "./proposal.ts";
import { readSynOption, type SynOption } from "./syn-option.ts";
import type { Role, Terms } from "./terms.ts";

/** What two SYN-form options agree on. Whether both hosts know that, the handshake tells. */
export interface Agreement {
  readonly agreed: true;
  /** Of this host. */
  readonly role: Role;
  readonly tep: Tep;
  /** The negotiated TEP as host B sent it, v bit included: a session ID begins with it. */
  readonly tepByte: number;
  /** Host A's option, then host B's, as they were on the wire (RFC 8547 §4.8). */
  readonly transcript: Uint8Array;
  /** The a bits. */
  readonly aware: { readonly local: boolean; readonly remote: boolean };
  /** There when a session is resumed: the nonces by the hosts' roles in this handshake. */
  readonly resumption?: { readonly nonceA: Uint8Array; readonly nonceB: Uint8Array };
}

/** How a negotiation ended. */
export type Settlement = Agreement | { readonly agreed: false; readonly reason: EnoFailure };

/**
 * What the options of two SYN segments agree on. Both are whole, from the kind on, as they were on
 * the wire. Checks in this order: form, roles, awareness, TEP. What this host is willing to use, the
 * option that it sent has said: `terms.teps` plays no part.
 *
 * @see RFC 8547 §4.3, §4.5, §4.6 and §4.8
 */
export function settle(sent: Uint8Array, received: Uint8Array, terms: Terms): Settlement {
  const local = readSynOption(sent);
  const remote = readSynOption(received);
  if (local === undefined || remote === undefined) return failed("malformed-option");
  if (isPassive(local) === isPassive(remote)) return failed("same-role");
  if (terms.aware === "mandatory" && !isAware(remote)) return failed("not-aware");

  const role = isPassive(local) ? "B" : "A";
  const [a, b] = role === "A" ? [local, remote] : [remote, local];
  const negotiated = negotiatedTep(a, b, role, terms);
  if (negotiated === undefined) return failed("no-valid-tep");
  const [first, second] = role === "A" ? [sent, received] : [received, sent];
  return {
    agreed: true,
    role,
    ...negotiated,
    transcript: Uint8Array.of(...first, ...second),
    aware: { local: isAware(local), remote: isAware(remote) },
  };
}

/** Whether the option's host plays role B (RFC 8547 §4.3). */
export function isPassive({ global }: SynOption): boolean {
  return global?.passive === true;
}

/** Whether the application at the option's host is aware of ENO (RFC 8547 §4.2). */
export function isAware({ global }: SynOption): boolean {
  return global?.aware === true;
}

/** The last valid TEP of host B's option (RFC 8547 §4.5). */
function negotiatedTep(
  a: SynOption,
  b: SynOption,
  role: Role,
  terms: Terms,
): Pick<Agreement, "tep" | "tepByte" | "resumption"> | undefined {
  for (const { tep } of b.teps.toReversed()) {
    if (!isTcpcryptTep(tep)) continue;
    const fromA = proposalFor(a, tep, "A");
    const fromB = proposalFor(b, tep, "B");
    if (fromA === undefined || fromB === undefined) continue;
    // RFC 8548 §3.2: host B alone decides between a fresh exchange and resumption.
    if (fromB === "fresh") return { tep, tepByte: tep };
    if (fromA === "fresh") continue;
    // RFC 8548 §3.5: a suboption with another half than the cached session's is ignored.
    if (!isExpected(role === "A" ? fromB.half : fromA.half, tep, terms)) continue;
    const resumption = { nonceA: fromA.nonce.slice(), nonceB: fromB.nonce.slice() };
    return { tep, tepByte: 0x80 | tep, resumption };
  }
  return undefined;
}

function isExpected(half: Uint8Array, tep: Tep, { resumption }: Terms): boolean {
  return (
    resumption !== undefined &&
    resumption.tep === tep &&
    half.every((byte, index) => byte === resumption.expectedHalf[index])
  );
}

function failed(reason: EnoFailure): Settlement {
  return { agreed: false, reason };
}
