import { addressBlock } from "@countersign/settings";
import { aeadNames, tepNames } from "@countersign/tcpcrypt";
import * as z from "zod";

const port = z.int().min(1).max(65_535);

/** What a rule asks of the connections it is about. */
const mode = z
  .enum(["off", "opportunistic", "required", "required-aware"])
  .default("opportunistic")
  .describe(
    "off: left alone. opportunistic: encrypted when the other side can. required: reset unless " +
      "encrypted, also while tcpcryptd is down. required-aware: as required, and the other side's " +
      "application must say that it knows of the encryption.",
  );

const ports = z
  .union([z.literal("all"), z.array(port).min(1).max(256)])
  .describe('Ports of the server, or "all" but the known encrypted ones.');

const aware = z
  .boolean()
  .default(false)
  .describe("Tell the other side that this side's application knows of the encryption (a = 1).");

const resumption = z
  .boolean()
  .default(true)
  .describe(
    "Take part in session resumption; false: keys are exchanged afresh, and no secret is kept for " +
      "the next connection.",
  );

/** Connections that this machine opens. The first rule that matches counts. */
const outgoing = z.strictObject({
  ports,
  destinations: z
    .array(addressBlock)
    .max(256)
    .default([])
    .describe("Only to these addresses or networks; empty means to all."),
  cgroup: z
    .string()
    .regex(
      /^(?!\.{1,2}(\/|$))[^/"\s\\]+(\/(?!\.{1,2}(\/|$))[^/"\s\\]+)*$/,
      "a path without / in front and without spaces, . and ..",
    )
    .optional()
    .describe("Only from this control group, as /proc/self/cgroup names it (system.slice/…)."),
  mode,
  aware,
  resumption,
  passiveRole: z
    .boolean()
    .default(false)
    .describe("Play host B though opening actively: for simultaneous open, agreed beforehand."),
});

/** Connections that this machine accepts. The first rule that matches counts. */
const incoming = z.strictObject({ ports, mode, aware, resumption });

/** A name of the system's user or group data base, or a number. */
const accountName = z
  .string()
  .regex(/^([A-Za-z_][A-Za-z0-9_.-]{0,30}\$?|[1-9]\d{0,9})$/, "a name that the system knows");

/** All settings, each checked by itself. */
export const group = z.strictObject({
  runtimeFolder: z
    .string()
    // sun_path has 108 bytes with its final zero, and the socket's own name needs some.
    .regex(/^\/[^\0]{1,91}$/, "a folder's absolute path of at most 92 characters")
    .default("/run/tcpcryptd")
    .describe("Where the control socket and the journal lie."),
  group: accountName
    .optional()
    .describe("The system group that may ask about everybody's connections."),
  user: accountName
    .refine((name) => name !== "root", "a user without rights, not root")
    .default("nobody")
    .describe("The user that the workers run as."),
  workers: z
    .int()
    .min(1)
    .max(16)
    .optional()
    .describe("How many workers; one per core when left out."),
  outgoing: z.array(outgoing).max(256).default([]),
  incoming: z.array(incoming).max(256).default([]),
  encryptedPorts: z
    .array(port)
    .max(256)
    .default([22, 443, 465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 5061, 8443])
    .describe('Ports of protocols that encrypt themselves: not in "all".'),
  keyExchanges: z
    .array(z.enum(tepNames))
    .min(1)
    .default(["curve25519", "curve448", "p256"])
    .describe("TEPs, the best first. p521 costs forty times as much time as p256."),
  ciphers: z
    .array(z.enum(aeadNames))
    .min(1)
    .default(["aes-128-gcm", "aes-256-gcm", "chacha20-poly1305"])
    .describe("AEADs, the best first."),
  resumption: z
    .strictObject({
      enabled: z.boolean().default(true).describe("Keep session secrets for the next connection."),
      secrets: z.int().min(1).max(1_000_000).default(10_000).describe("How many are kept."),
      seconds: z.int().min(1).max(86_400).default(3600).describe("How long one is kept."),
    })
    .prefault({}),
  plainSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .default(300)
    .describe("How long a destination that cannot encrypt is left alone."),
  keepAliveSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(0)
    .describe("Probe a silent peer by rekeying after so long; 0: never."),
  rekeyBytes: z
    .int()
    .min(1024)
    .max(2 ** 46)
    .default(2 ** 36)
    .describe("New keys after so many bytes sent."),
  limits: z
    .strictObject({
      connections: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(20_000)
        .describe("Per worker; each needs two open files."),
      handshakeSeconds: z.int().min(1).max(300).default(10).describe("For Init1 and Init2."),
      drainSeconds: z
        .int()
        .min(0)
        .max(3600)
        .default(10)
        .describe("At a stop, for old connections."),
    })
    .prefault({}),
});

/** What they are before they were checked against each other. */
export type SettingsGroup = z.output<typeof group>;
