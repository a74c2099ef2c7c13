import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  createDigestCache,
  createVerifier,
  encodeTicket,
  verificationKeyOf,
} from "@countersign/ticket";
import { expectOk, rateOf, roundRobin } from "../measure.ts";
import { type Row, rate } from "../table.ts";
import { at, issueMany, newKey } from "../tickets.ts";

const many = 1_000_000;
const inUse = 50_000;

/**
 * A million tickets in the digest cache. They are remembered without a million signatures: the
 * cache does not look at those, and only the ones that are looked up need be real.
 */
export function largeCacheRows(): Row[] {
  const key = newKey("ed25519");
  const publicKey = verificationKeyOf(key);
  const tickets = issueMany(key, inUse);
  const values = tickets.map((text) => Buffer.from(encodeTicket(text), "latin1"));

  const before = heldBytes();
  const cache = createDigestCache({ maxEntries: many });
  const verifier = createVerifier({ keys: [publicKey], cache });
  for (const value of values) verifier.verifyEncoded(value.toString("latin1"), at);
  const [first = ""] = tickets;
  const known = verifier.verify(first, at);
  if (!known.ok) throw new Error("the first ticket was refused");
  for (let index = cache.entries; index < many; index++) {
    cache.remember("", `${first}${index}`, { ticket: known.ticket, key: publicKey });
  }
  if (cache.entries !== many) throw new Error("the cache lost entries");
  const bytes = (heldBytes() - before) / many;

  const lookups = rateOf(
    roundRobin(values, (value) =>
      expectOk(verifier.verifyEncoded(value.toString("latin1"), at).ok),
    ),
  );
  return [
    {
      name: "1,000,000 tickets cached, heap and external memory of each",
      information: `${bytes.toFixed(0)} bytes (goal: at most 320)`,
      keepsGoal: bytes <= 320,
    },
    {
      name: "look-ups among 1,000,000 tickets",
      information: `${rate(lookups.median)}/s, ${rate(lookups.min)} to ${rate(lookups.max)} (goal: at least 300,000)`,
      keepsGoal: lookups.median >= 300_000,
    },
  ];
}

function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Without a flag on the command line: only a fresh context sees what a late flag opens. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}
