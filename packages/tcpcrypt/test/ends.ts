import { type Direction, firstDirections } from "../src/direction.ts";
import { frameNonce } from "../src/frame-nonce.ts";
import {
  type AbortReason,
  type Aead,
  type Connection,
  type ConnectionLimits,
  type ConnectionOptions,
  createConnection,
  defaultConnectionLimits,
  type Effect,
  type ResumableSecret as PublicSecret,
  type Role,
  type Tep,
} from "../src/index.ts";
import { firstMasterKey } from "../src/key-schedule.ts";
import { ResumableSecret } from "../src/resumption.ts";

/** The time at which every connection of these tests is created. */
export const begin = 1_000_000;

/** Bytes that differ from call to call and from end to end, but not from run to run. */
export function entropyOf(seed: number): ConnectionOptions["entropy"] {
  let calls = seed;
  return {
    bytes(length) {
      calls += 2;
      return Uint8Array.from({ length }, (_, index) => (calls * 31 + index * 7) & 0xff);
    },
  };
}

/** What TCP-ENO settles on for one end, fresh or resumed. */
export function settlementOf(
  role: Role,
  { tep = 0x23 as Tep, resumed = false } = {},
): ConnectionOptions["settlement"] {
  const tepByte = resumed ? 0x80 | tep : tep;
  return {
    agreed: true,
    role,
    tep,
    tepByte,
    transcript: Uint8Array.of(69, 3, tep, 69, 4, 1, tepByte),
    aware: { local: false, remote: true },
    ...(resumed ? { resumption: { nonceA: Uint8Array.of(1, 2), nonceB: Uint8Array.of(3) } } : {}),
  };
}

/** One end, and all that it has done. */
export interface End {
  readonly connection: Connection;
  readonly delivered: Uint8Array[];
  readonly secrets: PublicSecret[];
  /** Every effect but `send` and `deliver`, by its type. */
  readonly happened: string[];
  aborted: AbortReason | undefined;
}

export function endOf(connection: Connection): End {
  return { connection, delivered: [], secrets: [], happened: [], aborted: undefined };
}

/** Hands over an event, notes what happens, and gives the bytes that are to be sent. */
export function handle(end: End, event: Parameters<Connection["handle"]>[0]): Uint8Array {
  return follow(end, end.connection.handle(event));
}

function follow(end: End, effects: readonly Effect[]): Uint8Array {
  const sent: Uint8Array[] = [];
  for (const effect of effects) {
    if (effect.type === "send") sent.push(...effect.pieces);
    else if (effect.type === "deliver") end.delivered.push(effect.bytes);
    else end.happened.push(effect.type);
    if (effect.type === "abort") end.aborted = effect.reason;
    if (effect.type === "cache-secret") end.secrets.push(effect.secret);
  }
  return Buffer.concat(sent);
}

export interface PairOptions {
  readonly tep?: Tep;
  readonly ciphersA?: readonly Aead[];
  readonly ciphersB?: readonly Aead[];
  readonly cacheSecret?: boolean;
  readonly limits?: Partial<ConnectionLimits>;
}

/** Hosts A and B before their first event. */
export function freshPair(options: PairOptions = {}): { a: End; b: End } {
  const { tep = 0x23, ciphersA = [0x0001], ciphersB = [0x0001], cacheSecret = false } = options;
  const limits = { ...defaultConnectionLimits, ...options.limits };
  const end = (role: Role) =>
    endOf(
      createConnection({
        settlement: settlementOf(role, { tep }),
        ciphers: role === "A" ? ciphersA : ciphersB,
        entropy: entropyOf(role === "A" ? 1 : 2),
        now: begin,
        cacheSecret,
        limits,
      }),
    );
  return { a: end("A"), b: end("B") };
}

/** A session secret as both hosts of an earlier connection have it. */
export function sharedSecret(aead: Aead = 0x0001): { a: ResumableSecret; b: ResumableSecret } {
  const of = (originalRole: Role) =>
    new ResumableSecret({ tep: 0x23, aead, originalRole }, new Uint8Array(32).fill(7));
  return { a: of("A"), b: of("B") };
}

/** Two established ends without a key exchange, which makes them cheap: what was A is A again. */
export function resumedPair(
  options: Pick<PairOptions, "limits" | "cacheSecret"> & { aead?: Aead } = {},
): {
  a: End;
  b: End;
} {
  const secrets = sharedSecret(options.aead);
  const limits = { ...defaultConnectionLimits, ...options.limits };
  const end = (role: Role, secret: ResumableSecret) =>
    endOf(
      createConnection({
        settlement: settlementOf(role, { resumed: true }),
        ciphers: [],
        entropy: entropyOf(3),
        now: begin,
        cacheSecret: options.cacheSecret ?? false,
        secret,
        limits,
      }),
    );
  const pair = { a: end("A", secrets.a), b: end("B", secrets.b) };
  handle(pair.a, { type: "start" });
  handle(pair.b, { type: "start" });
  return pair;
}

/** The keys with which A of a resumed pair sends its first frame. */
export function directionOfA(): Direction {
  const masterKey = firstMasterKey(new Uint8Array(32).fill(7), Uint8Array.of(1, 2, 3));
  return firstDirections(masterKey, 0x0001, {
    ours: { label: "ab", offset: 0n },
    theirs: { label: "ba", offset: 0n },
  }).ours;
}

/** An authentic first frame of A that announces an urgent pointer, and ends before it. */
export function malformedFrame(): Uint8Array {
  const { key, randomizer } = directionOfA();
  const header = Uint8Array.of(0, 0, 17);
  const flags = Uint8Array.of(2);
  const { prefix, tag } = key.seal(frameNonce(randomizer, 0n), header, flags, new Uint8Array(0));
  return Buffer.concat([header, prefix, tag]);
}

/** Two ends after a key exchange. */
export function establishedPair(options: PairOptions = {}): { a: End; b: End } {
  const { a, b } = freshPair(options);
  handle(b, { type: "start" });
  carry(a, b, handle(a, { type: "start" }));
  return { a, b };
}

/** Carries bytes from one end to the other, and the answers back and forth until there are none. */
export function carry(from: End, to: End, bytes: Uint8Array): void {
  let [sender, receiver, waiting] = [from, to, bytes];
  while (waiting.length > 0) {
    waiting = handle(receiver, { type: "received", bytes: waiting });
    [sender, receiver] = [receiver, sender];
  }
}

export function text(delivered: readonly Uint8Array[]): string {
  return Buffer.concat(delivered).toString("latin1");
}

export function data(content: string): { type: "application-data"; bytes: Uint8Array } {
  return { type: "application-data", bytes: Buffer.from(content, "latin1") };
}
