import type { Aead } from "./aead.ts";
import { wipe } from "./crypto.ts";
import { firstDirections } from "./direction.ts";
import type { Agreement } from "./eno/settle.ts";
import type { Role } from "./eno/terms.ts";
import type { Session } from "./events.ts";
import { firstFrameOffset } from "./frame-nonce.ts";
import { firstMasterKey, firstSecret, nextSecret, sessionIdOf } from "./key-schedule.ts";
import { readInit1, readInit2, writeInit1, writeInit2 } from "./messages.ts";
import { ResumableSecret, sessionNonce } from "./resumption.ts";
import {
  abort,
  type Exchange,
  type Exchanging,
  type Resumption,
  type State,
  type Step,
} from "./state.ts";
import { nothingUnread } from "./unread.ts";

/**
 * Begins a fresh key exchange: host A sends Init1, host B waits for it.
 *
 * @see RFC 8548 §3.3
 */
export function startExchange(exchange: Exchange): Step {
  const { agreement, ciphers, keyPair, nonce, deadline } = exchange;
  const wake = { type: "wake-at", at: deadline } as const;
  if (agreement.role === "B") {
    const next = { state: "expecting-init1", exchange, unread: nothingUnread } as const;
    return { next, effects: [wake], spent: [] };
  }
  const init1 = writeInit1({ ciphers, nonce, publicKey: keyPair.publicKey });
  return {
    next: { state: "expecting-init2", exchange, init1, unread: nothingUnread },
    effects: [{ type: "send", pieces: [init1] }, wake],
    spent: [],
  };
}

/** Host B receives all of Init1, chooses and answers. @see RFC 8548 §3.3 */
export function receiveInit1(
  state: Extract<State, { state: "expecting-init1" }>,
  message: Uint8Array,
): Step {
  const { agreement, ciphers, keyPair, nonce } = state.exchange;
  const init1 = readInit1(message, agreement.tep);
  if (typeof init1 === "string") return abort(state, init1);
  const aead = ciphers.find((ours) => init1.ciphers.includes(ours));
  if (aead === undefined) return abort(state, "no-common-cipher");
  const ephemeralSecret = keyPair.agree(init1.publicKey);
  if (ephemeralSecret === undefined) return abort(state, "bad-public-key");

  const init2 = writeInit2({ cipher: aead, nonce, publicKey: keyPair.publicKey });
  const { transcript } = agreement;
  const record = { nonceA: init1.nonce, transcript, init1: message, init2 };
  const secret = firstSecret(record, ephemeralSecret);
  wipe(ephemeralSecret);
  const opened = establish(agreement, secret, {
    aead,
    originalRole: "B",
    lengths: { sent: init2.length, received: message.length },
    cacheSecret: state.exchange.cacheSecret,
  });
  return {
    next: opened.next,
    effects: [
      { type: "send", pieces: [init2] },
      { type: "established", session: opened.session },
    ],
    spent: [keyPair],
  };
}

/** Host A receives all of Init2. @see RFC 8548 §3.3 */
export function receiveInit2(
  state: Extract<State, { state: "expecting-init2" }>,
  message: Uint8Array,
): Step {
  const { agreement, ciphers, keyPair, nonce } = state.exchange;
  const init2 = readInit2(message, agreement.tep);
  if (typeof init2 === "string") return abort(state, init2);
  const aead = ciphers.find((ours) => ours === init2.cipher);
  if (aead === undefined) return abort(state, "cipher-not-offered");
  const ephemeralSecret = keyPair.agree(init2.publicKey);
  if (ephemeralSecret === undefined) return abort(state, "bad-public-key");

  const { init1 } = state;
  const record = { nonceA: nonce, transcript: agreement.transcript, init1, init2: message };
  const secret = firstSecret(record, ephemeralSecret);
  wipe(ephemeralSecret);
  const opened = establish(agreement, secret, {
    aead,
    originalRole: "A",
    lengths: { sent: init1.length, received: message.length },
    cacheSecret: state.exchange.cacheSecret,
  });
  return {
    next: opened.next,
    effects: [{ type: "established", session: opened.session }],
    spent: [keyPair],
  };
}

/** Resumes a session: frames may go at once. @see RFC 8548 §3.5 */
export function startResumed({ agreement, secret, cacheSecret }: Resumption): Step {
  const opened = establish(agreement, secret.spend(), {
    aead: secret.aead,
    originalRole: secret.originalRole,
    lengths: { sent: 0, received: 0 },
    cacheSecret,
  });
  return {
    next: opened.next,
    effects: [{ type: "established", session: opened.session }],
    spent: [],
  };
}

/** Derives all there is to derive from `ss[i]`, and wipes it. @see RFC 8548 §3.3 to §3.5 */
function establish(
  agreement: Agreement,
  secret: Uint8Array,
  as: {
    readonly aead: Aead;
    readonly originalRole: Role;
    /** Of the Init messages. */
    readonly lengths: { readonly sent: number; readonly received: number };
    readonly cacheSecret: boolean;
  },
): { readonly next: Exchanging; readonly session: Session } {
  const { role, tep, tepByte, aware, resumption } = agreement;
  const { aead, originalRole, lengths } = as;
  const nonce =
    resumption === undefined ? new Uint8Array(0) : sessionNonce(originalRole, role, resumption);
  const sessionId = sessionIdOf(tepByte, secret, nonce);
  const masterKey = firstMasterKey(secret, nonce);
  const unproven = as.cacheSecret
    ? new ResumableSecret({ tep, aead, originalRole }, nextSecret(secret))
    : undefined;
  wipe(secret);
  // RFC 8548 §3.5: which keys a host uses depends on its role in the first session only.
  const [own, other] = originalRole === "A" ? (["ab", "ba"] as const) : (["ba", "ab"] as const);
  const { ours, theirs } = firstDirections(masterKey, aead, {
    ours: { label: own, offset: firstFrameOffset(lengths.sent) },
    theirs: { label: other, offset: firstFrameOffset(lengths.received) },
  });
  const next: Exchanging = {
    state: "exchanging-frames",
    outgoing: { state: "expecting-application-data", direction: ours },
    incoming: { state: "expecting-frame", direction: theirs, unread: nothingUnread },
    probe: undefined,
    transferred: { sent: 0, received: 0 },
    unproven,
  };
  const resumed = resumption !== undefined;
  return { next, session: { sessionId, role, tep, aead, resumed, aware } };
}
