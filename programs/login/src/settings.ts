import {
  type AcrossSettings,
  acrossSettings,
  addressBlocks,
  entriesOf,
  filePath,
  listenAddress,
  origin,
  secretSource,
} from "@countersign/settings";
import * as z from "zod";
import { isWithin, parseSitePattern, type SitePattern } from "./site-pattern.ts";

const site = z
  .string()
  .transform((text, context): SitePattern => {
    const pattern = parseSitePattern(text);
    if (pattern !== undefined) return pattern;
    context.addIssue({
      code: "custom",
      message: 'an origin such as "https://wiki.example.com" or "https://*.example.com"',
    });
    return z.NEVER;
  })
  .meta({ title: "site", examples: ["https://wiki.example.com", "https://*.example.com"] });

const cookie = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 letters, digits or _ . -")
    .default("auth_pubtkt")
    .describe("The name of the ticket cookie; every protected site looks for it."),
  domain: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, 'a domain such as "example.com", without a leading dot')
    .optional()
    .describe("The domain that the sites share. Left out: the login server's own host only."),
  secure: z
    .boolean()
    .default(true)
    .describe("false only for development over plain HTTP on localhost."),
});

const ticket = z.strictObject({
  lifetimeSeconds: z
    .int()
    .min(60)
    .max(366 * 24 * 60 * 60)
    .default(8 * 60 * 60)
    .describe("How long a ticket is valid, unless the user has a time of their own."),
  graceSeconds: z
    .int()
    .min(0)
    .default(60 * 60)
    .describe("How long before its end a ticket is renewed without a password."),
  maxSignInSeconds: z
    .int()
    .min(60)
    .max(30 * 24 * 60 * 60)
    .default(24 * 60 * 60)
    .describe(
      "How long one sign-in lasts with all its renewals; then the password is asked for again. Never shorter than a ticket's own time.",
    ),
  bindClientAddress: z
    .boolean()
    .default(false)
    .describe("Write the client's address into tickets (cip). Breaks for people who roam."),
});

const limit = (points: number, seconds: number) =>
  z
    .strictObject({
      attempts: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(points)
        .describe("So many in one window; then 429 until it ends."),
      windowSeconds: z
        .int()
        .min(1)
        .max(86_400)
        .default(seconds)
        .describe("A window begins with its first attempt."),
    })
    .prefault({});

const throttle = z.strictObject({
  perUser: limit(10, 900).describe("Failed attempts for one name, whether or not it exists."),
  perAddress: limit(50, 900).describe(
    "Failed attempts from one network: /24 of IPv4, /56 of IPv6.",
  ),
  perIpv6Prefix: limit(200, 900).describe(
    "Failed attempts from one /48 of IPv6, which many providers give to one customer.",
  ),
  global: limit(600, 60).describe("Failed attempts from everywhere; it also bounds memory."),
});

const passwords = z.strictObject({
  running: z.int().min(1).max(64).default(2).describe("Passwords hashed at a time, 19 MiB each."),
  waiting: z.int().min(0).max(10_000).default(64).describe("Sign-ins that may wait; then 503."),
});

const digest = z.enum(["sha1", "sha224", "sha256", "sha384", "sha512"]);

const earlierKey = z.strictObject({
  file: filePath.describe("The public half, PEM or JWK."),
  digest: digest.optional().describe("RSA and DSA keys only; sha256 unless given."),
});

const group = z.strictObject({
  listen: listenAddress.describe("Where the server listens."),
  publicUrl: origin.describe("The origin under which browsers reach this server."),
  database: filePath.describe("The SQLite file with the users."),
  signingKey: secretSource.describe("The private key, PEM or JWK, that signs tickets."),
  digest: digest.optional().describe("RSA and DSA keys only; every verifier must use the same."),
  earlierKeys: z
    .array(earlierKey)
    .max(16)
    .default([])
    .describe("Public keys whose tickets are still renewed, while one key replaces another."),
  compatibility: z
    .literal("mod_auth_pubtkt")
    .optional()
    .describe("Allows SHA-1 and DSA, for sites with the old module's defaults."),
  sites: z.array(site).min(1).max(256).describe("Where people may be sent back to."),
  cookie: cookie.prefault({}).describe("The cookie that carries the ticket."),
  ticket: ticket.prefault({}).describe("What is in every ticket."),
  trustedProxies: addressBlocks.default([]).describe("Whose X-Forwarded-For counts."),
  throttle: throttle.prefault({}).describe("How often people may fail to sign in."),
  passwords: passwords.prefault({}).describe("How many passwords are checked at a time."),
  audit: z
    .union([
      z.literal("stdout"),
      z.strictObject({ file: filePath.describe("Created with mode 0600.") }),
    ])
    .default("stdout")
    .describe("Where one JSON line per event goes."),
});

/** Settings that have been checked. */
export type LoginSettings = z.output<typeof group>;

/** The settings of the login server. */
export const loginSettings = group.check(
  acrossSettings(checkSecurity),
  acrossSettings(checkReach),
  acrossSettings(checkTimes),
);

/** The cookie never travels in the clear, and browsers keep it. */
function checkSecurity({ cookie, publicUrl }: LoginSettings, { isRight, problem }: AcrossSettings) {
  if (isRight("cookie", "secure") && isRight("publicUrl") && !isDevelopment(publicUrl)) {
    if (!cookie.secure) {
      problem(["cookie", "secure"], "true, unless publicUrl is plain HTTP on localhost");
    } else if (publicUrl.startsWith("http:")) {
      problem(["publicUrl"], "https: browsers do not keep a Secure cookie from plain HTTP");
    }
  }
  if (!isRight("cookie", "name")) return;
  const isPrefixed = /^__(Host|Secure)-/i.test(cookie.name);
  if (isPrefixed && isRight("cookie", "secure") && !cookie.secure) {
    problem(["cookie", "name"], "a name without this prefix, unless cookie.secure is true");
  }
  // Any domain, right or wrong, is one too many.
  if (/^__Host-/i.test(cookie.name) && cookie.domain !== undefined) {
    problem(["cookie", "name"], "a name without __Host-, which forbids cookie.domain");
  }
}

/** The cookie gets to every site. */
function checkReach(settings: LoginSettings, { isRight, problem }: AcrossSettings) {
  const { cookie, publicUrl, sites } = settings;
  if (!isRight("publicUrl") || !isRight("cookie", "domain")) return;
  const host = new URL(publicUrl).hostname;
  if (cookie.domain !== undefined && !mayShareCookies(cookie.domain, host)) {
    problem(["cookie", "domain"], `${host} or a parent domain of it with at least two labels`);
  }
  const shared = cookie.domain ?? host;
  for (const [index, site] of entriesOf(sites)) {
    if (isRight("sites", index) && !isWithin(site.host, shared)) {
      problem(["sites", index], `a site under ${shared}: others never get the cookie`);
    }
  }
}

function checkTimes({ ticket }: LoginSettings, { isRight, problem }: AcrossSettings) {
  if (!isRight("ticket", "graceSeconds") || !isRight("ticket", "lifetimeSeconds")) return;
  if (ticket.graceSeconds > ticket.lifetimeSeconds / 2) {
    problem(["ticket", "graceSeconds"], "at most half of lifetimeSeconds");
  }
}

/** A public suffix such as `com` is refused by browsers; so is `localhost` for its subdomains. */
function mayShareCookies(domain: string, host: string): boolean {
  return domain === host || (isWithin(host, domain) && domain.includes("."));
}

function isDevelopment(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl);
  const loopback = /^(127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
  return protocol === "http:" && (loopback || isWithin(hostname, "localhost"));
}
