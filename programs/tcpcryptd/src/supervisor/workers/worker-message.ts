import { aeadNames, tepNames } from "@countersign/tcpcrypt";
import * as z from "zod";
import { canonicalAddress } from "../../hold/addresses.ts";
import type { FromWorker } from "../../worker/messages.ts";

// An address becomes part of a line for nft, which root carries out.
const endpoint = z.strictObject({
  address: z.string().refine((text) => canonicalAddress(text) === text),
  port: z.int().min(0).max(65_535),
});
const count = z.int().min(0);
const both = <T extends z.ZodType>(of: T) => z.strictObject({ local: of, remote: of });
const plainReason = z.enum(["no-option", "option-lost", "not-agreed", "broken-peer"]);

const common = {
  direction: z.enum(["outgoing", "incoming"]),
  local: endpoint,
  remote: endpoint,
  bytes: z.strictObject({ sent: z.number(), received: z.number() }),
  openedAt: count,
};
const connection = z.discriminatedUnion("encrypted", [
  z.strictObject({
    ...common,
    encrypted: z.literal(true),
    sessionId: z.string().regex(/^(?:[0-9A-F]{2}){33,}$/),
    role: z.enum(["A", "B"]),
    tep: z.enum(tepNames),
    aead: z.enum(aeadNames),
    resumed: z.boolean(),
    aware: both(z.boolean()),
    rekeys: both(count),
  }),
  z.strictObject({ ...common, encrypted: z.literal(false), reason: plainReason }),
]);

const open = { encrypted: count, plain: count };
const counts = z.strictObject({
  open: z.strictObject({ ...open, opening: count }),
  opened: z.strictObject({ ...open, resumed: count }),
  aborted: z.record(z.string().max(64), count),
  cachedSecrets: count,
});

const answer = z.union([
  z.strictObject({ connections: z.array(connection) }),
  z.strictObject({ counts }),
  z.strictObject({ done: z.boolean() }),
]);

const text = z.string().max(4096);
const dialed = { type: z.literal("dialed"), id: count };
const message = z.union([
  z.strictObject({ ...dialed, outcome: z.literal("connected") }),
  z.strictObject({
    ...dialed,
    outcome: z.enum(["refused", "unreachable", "timed-out"]),
    errno: text,
  }),
  z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("pong"), number: count }),
    z.strictObject({ type: z.literal("plain"), remote: endpoint, reason: plainReason }),
    z.strictObject({ type: z.literal("answer"), question: count, answer }),
    z.strictObject({ type: z.enum(["opened", "closed"]), connection }),
    z.strictObject({
      type: z.literal("log"),
      level: z.enum(["info", "warn", "error"]),
      what: text,
    }),
    z.strictObject({ type: z.enum(["ready", "drained"]) }),
  ]),
]);

/**
 * Reads what came from a worker; `undefined` for what none of ours says. A worker hears strangers all
 * day: one that is in their hands shall not get root to do more than its own work.
 */
export function readWorkerMessage(value: unknown): FromWorker | undefined {
  return message.safeParse(value).data;
}
