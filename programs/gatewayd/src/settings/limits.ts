import * as z from "zod";

/** How much may be asked of gatewayd, each with a bound of its own. */
export const limits = z.strictObject({
  connections: z
    .int()
    .min(1)
    .max(100_000)
    .default(1024)
    .describe(
      "Open connections per address that gatewayd listens on. Those beyond it get 503 at once.",
    ),
  headerBytes: z
    .int()
    .min(1024)
    .max(65_536)
    .default(16_384)
    .describe("Headers of one request; twice as much for FastCGI parameters."),
  requestsPerConnection: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .default(100_000)
    .describe("After so many a connection is closed; web servers open another."),
  firstByteSeconds: z
    .int()
    .min(1)
    .max(300)
    .default(5)
    .describe("How long a new connection may be silent."),
  requestSeconds: z
    .int()
    .min(1)
    .max(300)
    .default(10)
    .describe("How long a request may take to arrive, and its answer to be taken."),
  idleSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(75)
    .describe("How long a connection is kept for the next request; nginx keeps its own for 60."),
  stopSeconds: z
    .int()
    .min(1)
    .max(300)
    .default(5)
    .describe("How long requests may take to end when gatewayd stops."),
});

/** What is kept of tickets that were verified. */
export const cache = z.strictObject({
  entries: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(20_000)
    .describe("Verified tickets kept: up to 3 KB each, above 50000 of them 70 bytes each."),
});
