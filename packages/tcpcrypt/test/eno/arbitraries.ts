import fc from "fast-check";
import { offerSyn } from "../../src/eno/offer.ts";
import { writeSynOption } from "../../src/eno/syn-option.ts";
import type { AwareMode, Terms } from "../../src/eno/terms.ts";
import type { Tep } from "../../src/tep.ts";
import { bytes } from "./bytes.ts";

/** Two hosts that both open actively: what each asks, and its option. */
export interface Negotiation {
  readonly terms: readonly [Terms, Terms];
  readonly sent: readonly [Uint8Array, Uint8Array];
}

const allTeps: readonly Tep[] = [0x21, 0x22, 0x23, 0x24];
/** What the two hosts send to name the session that both may know. */
export const halves = [bytes("a0a1a2a3a4a5a6a7a8"), bytes("b0b1b2b3b4b5b6b7b8")] as const;

/** Preferences, the best first: mostly some, now and then none. */
export const teps: fc.Arbitrary<readonly Tep[]> = fc.shuffledSubarray([...allTeps]);

/** Mostly without demands on the other side. */
export const aware: fc.Arbitrary<AwareMode> = fc.constantFrom("off", "on", "off", "mandatory");

const host = fc.record({
  teps,
  aware,
  passive: fc.boolean(),
  nonce: fc.uint8Array({ maxLength: 8 }),
});

/**
 * Options as `offerSyn` makes them, and some with more priority for less wanted TEPs; at times both
 * hosts know a session to resume, by halves that are the right ones or not.
 */
export const negotiation: fc.Arbitrary<Negotiation> = fc
  .record({
    hosts: fc.tuple(host, host),
    opposite: fc.integer({ min: 0, max: 7 }).map((number) => number > 0),
    session: fc.option(
      fc.record({ tep: fc.constantFrom(...allTeps), isSame: fc.boolean(), both: fc.boolean() }),
    ),
  })
  .map(({ hosts: [one, two], opposite, session }) => {
    const other = opposite ? { ...two, passive: !one.passive } : two;
    const made = [one, other].map((each, index) => {
      const resumes = session !== null && (session.both || index === 0);
      const ours = halves[index] ?? halves[0];
      const theirs = halves[1 - index] ?? halves[0];
      const tep = session?.tep ?? 0x23;
      const known = resumes
        ? {
            terms: { tep, expectedHalf: session.isSame ? theirs : ours },
            proposal: { tep, half: ours, nonce: each.nonce },
          }
        : undefined;
      const terms: Terms = {
        teps: each.teps,
        aware: each.aware,
        ...(known === undefined ? {} : { resumption: known.terms }),
      };
      const sent = offerSyn({
        teps: each.teps,
        aware: each.aware,
        passiveRole: each.passive,
        ...(known === undefined ? {} : { resumption: known.proposal }),
      });
      return { terms, sent: sent ?? writeSynOption({ global: undefined, teps: [] }) };
    });
    const [first, second] = made as [(typeof made)[number], (typeof made)[number]];
    return { terms: [first.terms, second.terms], sent: [first.sent, second.sent] };
  });
