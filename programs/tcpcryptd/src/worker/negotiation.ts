import {
  type Agreement,
  proposedResumption,
  type ResumableSecret,
  readSynOption,
  settle,
  type Terms,
  tepOf,
} from "@countersign/tcpcrypt";
import { awareModeOf } from "../supervisor/treatment.ts";
import type { Desk } from "./desk.ts";
import type { PlainReason, Treatment } from "./messages.ts";

/** What TCP-ENO came to on one connection. */
export type Negotiated =
  | {
      readonly encrypted: true;
      readonly agreement: Agreement;
      /** What was offered or named. It is there whenever the agreement is to resume. */
      readonly secret: ResumableSecret | undefined;
    }
  | { readonly encrypted: false; readonly reason: PlainReason };

/** What a host asks for under `treatment`. */
export function termsFor(desk: Desk, treatment: Treatment, secret?: ResumableSecret): Terms {
  const terms = { teps: desk.settings.keyExchanges.map(tepOf), aware: awareModeOf(treatment) };
  return secret === undefined ? terms : { ...terms, resumption: secret.offered };
}

/**
 * After connect(): what the options of both SYN segments and the first ACK agreed on. "not-agreed"
 * alone means that the peer encrypts and we cannot: the connection must end (RFC 8547 §4.6).
 */
export function negotiatedByUs(
  desk: Desk,
  fd: number,
  treatment: Treatment,
  offered: ResumableSecret | undefined,
): Negotiated | "not-agreed" {
  const said = desk.world.eno.outcome(fd);
  if (said === undefined || said.received.length === 0) return plain("no-option");
  const agreement = settle(said.sent, said.received, termsFor(desk, treatment, offered));
  if (!agreement.agreed) return said.acknowledged ? "not-agreed" : plain("not-agreed");
  return said.acknowledged ? { encrypted: true, agreement, secret: offered } : plain("option-lost");
}

/** After accept(): the same. "unknown-secret" means that neither plain nor encrypted can work. */
export function negotiatedByThem(
  desk: Desk,
  fd: number,
  treatment: Treatment,
): Negotiated | "unknown-secret" {
  const said = desk.world.eno.outcome(fd);
  if (said === undefined || said.received.length === 0) return plain("no-option");
  if (said.sent.length === 0) return plain("not-agreed");
  if (!said.acknowledged) return plain("option-lost");
  const secret = namedSecret(desk, said);
  const agreement = settle(said.sent, said.received, termsFor(desk, treatment, secret));
  if (agreement.agreed) return { encrypted: true, agreement, secret };
  secret?.wipe();
  // The peer has seen our option and encrypts; what it sends would mean nothing to an application.
  return "unknown-secret";
}

/** The secret that the peer proposed and our kernel agreed to; both name it in their options. */
function namedSecret(
  desk: Desk,
  said: { readonly sent: Uint8Array; readonly received: Uint8Array },
): ResumableSecret | undefined {
  const ours = readSynOption(said.sent);
  const theirs = readSynOption(said.received);
  const answered = ours?.teps.some(({ data }) => data !== undefined) === true;
  const proposed = theirs && proposedResumption(theirs);
  return answered && proposed ? desk.secrets.takeNamed(proposed.tep, proposed.half) : undefined;
}

function plain(reason: PlainReason): Negotiated {
  return { encrypted: false, reason };
}
