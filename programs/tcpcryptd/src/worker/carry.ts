import {
  aeadOf,
  createConnection,
  defaultConnectionLimits,
  type ResumableSecret,
} from "@countersign/tcpcrypt";
import type { Entry } from "./connection-table.ts";
import type { Desk } from "./desk.ts";
import type { Leg } from "./leg.ts";
import type { PlainReason, Treatment } from "./messages.ts";
import type { Negotiated } from "./negotiation.ts";
import type { Legs, RelayEnd } from "./relay.ts";
import { EncryptedRelay } from "./relay-encrypted.ts";
import { PlainRelay } from "./relay-plain.ts";

/** Of one connection, before the others have a turn: some 20 ms, when each brings new keys. */
const framesPerTurn = 256;

/** Relays in the clear, and takes `entry` out of the table when that is over. */
export function carryPlain(desk: Desk, entry: Entry, legs: Legs, reason: PlainReason): void {
  const relay = new PlainRelay(legs, (end) => {
    desk.table.remove(entry);
    count(desk, end);
  });
  desk.table.carry(entry, { kind: "plain", relay, reason });
}

/** What differs between encrypted connections that this machine opens and that it accepts. */
export interface EncryptedEnds {
  readonly treatment: Treatment;
  readonly network: Leg;
  /** Not there yet when a connection came in: {@link established} sees to it. */
  readonly application?: Leg;
  keep(secret: ResumableSecret): void;
  /** Forgets what {@link keep} was given. */
  flush(): void;
  /** The connection stands, and is in the table. */
  established?(relay: EncryptedRelay): void;
  done?(end: RelayEnd, wasEstablished: boolean): void;
}

/** Relays under tcpcrypt, and takes `entry` out of the table when that is over. */
export function carryEncrypted(
  desk: Desk,
  entry: Entry,
  { agreement, secret }: Extract<Negotiated, { encrypted: true }>,
  ends: EncryptedEnds,
): void {
  const { settings, world, wakeUps, table } = desk;
  let isFlushed = false;
  const connection = createConnection({
    settlement: agreement,
    ciphers: settings.ciphers.map(aeadOf),
    entropy: world.entropy,
    now: world.now(),
    cacheSecret: settings.resumption.enabled && ends.treatment.resumption,
    secret,
    limits: {
      ...defaultConnectionLimits,
      keyExchangeMilliseconds: settings.limits.handshakeSeconds * 1000,
      rekeyAfterBytes: settings.rekeyBytes,
      framesPerTurn,
    },
  });
  const relay = new EncryptedRelay(
    {
      connection,
      network: ends.network,
      wakeUps,
      keepAliveMilliseconds: settings.keepAliveSeconds * 1000,
      now: world.now,
      mistaken: desk.legs.mistaken,
      keep(secret) {
        if (isFlushed) secret.wipe();
        else ends.keep(secret);
      },
      established() {
        table.carry(entry, { kind: "encrypted", relay, flush });
        ends.established?.(relay);
      },
      done(end) {
        table.remove(entry);
        count(desk, end);
        ends.done?.(end, connection.session !== undefined);
      },
    },
    ends.application,
  );
  relay.start();

  function flush(): void {
    // The secret itself comes with the peer's first frame.
    isFlushed = true;
    ends.flush();
  }
}

function count({ aborts }: Desk, end: RelayEnd): void {
  if (end !== "orderly") aborts.count(end);
}
