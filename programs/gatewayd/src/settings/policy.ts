import { filePath, origin, seconds, secretSource } from "@countersign/settings";
import * as z from "zod";
import { headerName, redirectUrl, token, userName } from "./words.ts";

/** A public key of a login server. */
const key = z.strictObject({
  file: filePath.describe("The public key, as PEM or JWK (TKTAuthPublicKey)."),
  digest: z
    .enum(["sha1", "sha224", "sha256", "sha384", "sha512"])
    .optional()
    .describe("With RSA and DSA keys; sha256 unless given. Others have their own (TKTAuthDigest)."),
});

/** Public keys; their order makes no difference. */
export const keys = z.array(key).max(64);

const tokens = z.array(token).max(64).optional();

/** Who may come in. */
const admission = {
  keys: keys
    .min(1)
    .optional()
    .describe("Public keys that count here, in place of those above (TKTAuthPublicKey)."),
  access: z
    .enum(["required", "optional", "public"])
    .optional()
    .describe(
      "`required` unless given: visitors need a ticket. `optional`: whoever has a valid one is known, and all come in. `public`: all come in, and nobody looks for tickets.",
    ),
  requireTls: z
    .boolean()
    .optional()
    .describe("Send visitors away who come over plain HTTP (TKTAuthRequireSSL)."),
  requireMultifactor: z
    .boolean()
    .optional()
    .describe("Ask for a ticket with `multifactor=1` (TKTAuthRequireMultifactor)."),
  requireBoundTicket: z
    .boolean()
    .optional()
    .describe("Ask for a ticket that is bound to a key or a connection, of no use to a thief."),
  maxSignInAgeSeconds: seconds
    .min(1, "1 second or more")
    .optional()
    .describe("Ask for a sign-in no longer ago than this; tickets that do not tell are refused."),
  anyOfTokens: tokens.describe(
    "Visitors need any one of these tokens. Left out: any valid ticket will do (TKTAuthToken).",
  ),
  allOfTokens: tokens.describe("Visitors need each of these tokens."),
  noneOfTokens: tokens.describe("Visitors who hold one of these tokens are kept out."),
  users: z.array(userName).max(1000).optional().describe("Only these users come in."),
};

/** Where the ticket is looked for. */
const ticketSource = {
  cookieName: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 letters, digits or _ . -")
    .optional()
    .describe("The cookie that holds the ticket; `auth_pubtkt` unless given (TKTAuthCookieName)."),
  ticketHeaders: z
    .array(headerName)
    .min(1)
    .max(8)
    .optional()
    .describe(
      'Headers that may hold the ticket; the first that is there counts. `["Cookie"]` unless given (TKTAuthHeader).',
    ),
};

/** Where visitors are sent who may not pass. */
const redirects = {
  loginUrl: redirectUrl
    .optional()
    .describe(
      "Where visitors without a valid ticket go. Left out: they get 403 (TKTAuthLoginURL).",
    ),
  timeoutUrl: redirectUrl
    .optional()
    .describe("Where visitors with an expired ticket go; else loginUrl (TKTAuthTimeoutURL)."),
  postTimeoutUrl: redirectUrl
    .optional()
    .describe("The same when they were sending a form; else timeoutUrl (TKTAuthPostTimeoutURL)."),
  refreshUrl: redirectUrl
    .optional()
    .describe("Where a ticket in its grace period is renewed; else loginUrl (TKTAuthRefreshURL)."),
  unauthorisedUrl: redirectUrl
    .optional()
    .describe("Where visitors go who lack the tokens; else loginUrl (TKTAuthUnauthURL)."),
  badAddressUrl: redirectUrl
    .optional()
    .describe(
      "Where visitors go whose ticket belongs to another address; else loginUrl (TKTAuthBadIPURL).",
    ),
  multifactorUrl: redirectUrl
    .optional()
    .describe("Where visitors go who need a second factor; else loginUrl (TKTAuthMultifactorURL)."),
  backArgument: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, "1 to 64 letters, digits, _ or -")
    .optional()
    .describe(
      "The argument that tells the login server the way back; `back` unless given (TKTAuthBackArgName).",
    ),
};

/** What programs and other sites get. */
const answers = {
  answerWith: z
    .enum(["auto", "redirects", "problems"])
    .optional()
    .describe(
      "`auto` unless given: pages are sent elsewhere, programs get 401 or 403 and JSON that says why. Or one of both for all.",
    ),
  corsOrigins: z
    .array(origin)
    .max(64)
    .optional()
    .describe("Other sites whose scripts may read refusals, and ask with credentials."),
  preflight: z
    .enum(["check", "answer", "pass"])
    .optional()
    .describe(
      "CORS preflights, which never bring a ticket: `check` them like any request, `answer` them here by corsOrigins, or `pass` them to the application without identity. `answer` where there are corsOrigins, else `check`.",
    ),
};

/** What the application gets to know. */
const handOver = {
  basicAuth: z
    .enum(["none", "fake", "ticket", "ticket-or-fake"])
    .optional()
    .describe(
      "What the application finds in `Authorization`. `none` unless given: what the visitor sent. `fake`: user name and `password` (TKTAuthFakeBasicAuth). `ticket`: what the ticket holds (TKTAuthPassthruBasicAuth). `ticket-or-fake`: that, and the other where it holds none.",
    ),
  basicAuthKey: secretSource
    .optional()
    .describe(
      "With `basicAuth: ticket`: 16 bytes that decrypt what the ticket holds (TKTAuthPassthruBasicKey).",
    ),
  hideTicket: z.boolean().optional().describe("Take the ticket out of the Cookie header."),
  assertion: z
    .boolean()
    .optional()
    .describe("Tell the application who it is in a signed JWT; see the setting `assertion`."),
};

/** How the gateway works. */
const working = {
  renewInPlace: z
    .boolean()
    .optional()
    .describe(
      "In the grace period ask refreshUrl for another ticket, without a redirect, where the web server can hand on the cookie.",
    ),
  cacheSeconds: z
    .int()
    .min(0)
    .max(300)
    .optional()
    .describe(
      "How long the web server may keep an answer that lets in, and at most until the ticket changes; 0 unless given: not at all.",
    ),
  debug: z
    .literal([0, 1, 2, 3])
    .optional()
    .describe(
      "What goes to the log: 0 nothing, 1 refusals, 2 all decisions, 3 with every check; 0 unless given. Never a ticket, cookie or query (TKTAuthDebug).",
    ),
};

/** What a site says, and what each of its places may say otherwise. */
export const policySettings = {
  ...admission,
  ...ticketSource,
  ...redirects,
  ...answers,
  ...handOver,
  ...working,
};
