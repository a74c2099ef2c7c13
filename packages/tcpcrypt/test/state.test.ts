import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createKeyPair, KeyPair, type Wipeable, wipe } from "../src/crypto.ts";
import type { ConnectionEvent, Effect } from "../src/events.ts";
import { defaultConnectionLimits as limits } from "../src/limits.ts";
import { ResumableSecret } from "../src/resumption.ts";
import { isFresh, type State, secretsIn } from "../src/state.ts";
import { step } from "../src/step.ts";
import { begin, settlementOf, sharedSecret } from "./ends.ts";

function isWiped(secret: Wipeable): boolean {
  if (secret instanceof Uint8Array) return secret.every((byte) => byte === 0);
  if (secret instanceof ResumableSecret) return secret.isSpent;
  assert.ok(secret instanceof KeyPair);
  try {
    secret.agree(createKeyPair(secret.tep).publicKey);
    return false;
  } catch (error) {
    return error instanceof TypeError;
  }
}

/** One end that remembers every secret it ever held, and checks that none gets lost. */
class Witness {
  state: State;
  readonly seen = new Set<Wipeable>();
  readonly handedOver = new Set<Wipeable>();

  constructor(state: State) {
    this.state = state;
    for (const secret of secretsIn(state)) this.seen.add(secret);
  }

  handle(event: ConnectionEvent): readonly Effect[] {
    const before = secretsIn(this.state);
    const { next, effects, spent } = step(this.state, event, limits);
    const kept = new Set(secretsIn(next));
    for (const effect of effects) {
      if (effect.type === "cache-secret") this.handedOver.add(effect.secret);
    }
    for (const secret of spent) assert.ok(!kept.has(secret), "a secret in use would be wiped");
    wipe(...spent);
    for (const secret of before) {
      const isSafe = kept.has(secret) || this.handedOver.has(secret) || isWiped(secret);
      assert.ok(isSafe, "a secret was left behind");
    }
    for (const secret of [...kept, ...spent]) this.seen.add(secret);
    this.state = next;
    return effects;
  }

  /** Whether nothing is left of any secret but what was handed over. */
  isClean(): boolean {
    return [...this.seen].every((secret) => this.handedOver.has(secret) || isWiped(secret));
  }
}

function begunAs(role: "A" | "B", resumed: boolean): Witness {
  if (resumed) {
    const agreement = settlementOf(role, { resumed }) as never;
    const secret = sharedSecret()[role === "A" ? "a" : "b"];
    return new Witness({
      state: "expecting-start",
      begin: { agreement, secret, cacheSecret: true },
    });
  }
  const exchange = {
    agreement: settlementOf(role),
    ciphers: [0x0001] as const,
    keyPair: createKeyPair(0x23),
    nonce: new Uint8Array(32).fill(role === "A" ? 1 : 2),
    deadline: begin + limits.keyExchangeMilliseconds,
    cacheSecret: true,
  };
  return new Witness({ state: "expecting-start", begin: exchange });
}

const now = begin + 1e9;
const happenings: readonly ConnectionEvent[] = [
  { type: "application-data", bytes: Buffer.from("data") },
  { type: "rekey" },
  { type: "keep-alive", now: begin },
  { type: "application-end" },
  { type: "received-fin" },
  { type: "received", bytes: Buffer.from("not a frame at all, but more than twenty bytes") },
  { type: "tick", now },
];

for (const resumed of [false, true]) {
  test(`every secret is wiped, whatever happens (${resumed ? "resumed" : "fresh"})`, () => {
    const one = fc.record({
      who: fc.constantFrom("a" as const, "b" as const),
      event: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...happenings.slice(0, 3)) },
        { weight: 1, arbitrary: fc.constantFrom(...happenings.slice(3)) },
      ),
      carried: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 30 }), (story) => {
        const ends = { a: begunAs("A", resumed), b: begunAs("B", resumed) };
        const waiting: { a: Uint8Array[]; b: Uint8Array[] } = { a: [], b: [] };
        const hand = (who: "a" | "b", event: ConnectionEvent) => {
          const other = who === "a" ? "b" : "a";
          for (const effect of ends[who].handle(event)) {
            if (effect.type === "send") waiting[other].push(...effect.pieces);
          }
        };
        const carry = () => {
          while (waiting.a.length + waiting.b.length > 0) {
            for (const who of ["a", "b"] as const) {
              const bytes = Buffer.concat(waiting[who].splice(0));
              hand(who, { type: "received", bytes });
            }
          }
        };
        hand("b", { type: "start" });
        hand("a", { type: "start" });
        carry();
        for (const { who, event, carried } of story) {
          hand(who, event);
          if (carried) carry();
        }
        for (const end of [ends.a, ends.b]) {
          end.handle({ type: "close" });
          assert.ok(end.isClean());
        }
      }),
      { numRuns: resumed ? 200 : 60 },
    );
  });
}

test("a connection that never started leaves nothing either", () => {
  for (const resumed of [true, false]) {
    const end = begunAs("A", resumed);
    end.handle({ type: "close" });
    assert.ok(end.isClean());
  }
});

test("after both ends have sent FINp no key is left, even before the close", () => {
  const [a, b] = [begunAs("A", true), begunAs("B", true)];
  a.handle({ type: "start" });
  b.handle({ type: "start" });
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const [sent] = from.handle({ type: "application-end" });
    assert.ok(sent?.type === "send");
    to.handle({ type: "received", bytes: Buffer.concat(sent.pieces) });
  }
  assert.ok(a.isClean() && b.isClean());
});

test("what begins with a key pair is a key exchange", () => {
  for (const resumed of [true, false]) {
    const { state } = begunAs("A", resumed);
    assert.ok(state.state === "expecting-start");
    assert.equal(isFresh(state.begin), !resumed);
  }
});
