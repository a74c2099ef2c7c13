import { inOneCase, isPlacePath, isRedirectUrl } from "@countersign/gateway";
import {
  type AcrossSettings,
  acrossSettings,
  addressBlocks,
  entriesOf,
  filePath,
  listenAddress,
  origin,
} from "@countersign/settings";
import * as z from "zod";

const redirectUrl = z
  .string()
  .refine(isRedirectUrl, 'a URL such as "https://sso.example.com/login", without a fragment')
  .meta({ title: "URL" });

const token = z.string().regex(/^[^\s,;]{1,255}$/, "a word without spaces, commas or semicolons");

const policy = {
  requireTls: z.boolean().optional().describe("Send visitors away who come over plain HTTP."),
  requireMultifactor: z.boolean().optional().describe("Ask for a ticket with `multifactor=1`."),
  anyOfTokens: z
    .array(token)
    .max(64)
    .optional()
    .describe("Visitors need any one of these tokens. Left out: any valid ticket will do."),
  loginUrl: redirectUrl
    .optional()
    .describe("Where visitors without a valid ticket go. Left out: they get 403."),
  timeoutUrl: redirectUrl
    .optional()
    .describe("Where visitors with an expired ticket go; else loginUrl."),
  postTimeoutUrl: redirectUrl
    .optional()
    .describe("The same when they were sending a form; else timeoutUrl."),
  refreshUrl: redirectUrl
    .optional()
    .describe("Where a ticket in its grace period is renewed; else loginUrl."),
  unauthorisedUrl: redirectUrl
    .optional()
    .describe("Where visitors go who hold none of the tokens; else loginUrl."),
  badAddressUrl: redirectUrl
    .optional()
    .describe("Where visitors go whose ticket belongs to another address; else loginUrl."),
  multifactorUrl: redirectUrl
    .optional()
    .describe("Where visitors go who need a second factor; else loginUrl."),
  backArgument: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, "1 to 64 letters, digits, _ or -")
    .optional()
    .describe("The argument that tells the login server the way back; `back` unless given."),
};

const place = z.strictObject({
  path: z
    .string()
    .refine(isPlacePath, 'a path such as "/admin", decoded and without a slash at its end')
    .describe("The beginning of the paths that belong to the place, in whole segments."),
  ...policy,
});

const site = z.strictObject({
  origin: origin.describe("Under which visitors reach the site."),
  compatibility: z
    .literal("mod_auth_pubtkt")
    .optional()
    .describe("Accept tickets that are signed with SHA-1 or DSA, too."),
  cookieName: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 letters, digits or _ . -")
    .default("auth_pubtkt")
    .describe("The cookie that holds the ticket."),
  ...policy,
  places: z
    .array(place)
    .max(1000)
    .default([])
    .describe("Parts of the site that differ from it; the longest path counts."),
});

const key = z.strictObject({
  file: filePath.describe("The public key, as PEM or JWK."),
  digest: z
    .enum(["sha1", "sha224", "sha256", "sha384", "sha512"])
    .optional()
    .describe("With RSA and DSA keys; sha256 unless given. Others have their own."),
});

const limits = z.strictObject({
  connections: z
    .int()
    .min(1)
    .max(100_000)
    .default(1024)
    .describe("Open connections per address that gatewayd listens on."),
  headerBytes: z
    .int()
    .min(1024)
    .max(65_536)
    .default(16_384)
    .describe("Headers or FastCGI parameters of one request."),
});

const cache = z.strictObject({
  entries: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(20_000)
    .describe("Verified tickets kept: up to 3 KB each, above 50000 of them 70 bytes each."),
});

const group = z.strictObject({
  http: z
    .array(listenAddress)
    .max(16)
    .default([])
    .describe("Where web servers ask over HTTP (nginx: auth_request)."),
  fastcgi: z
    .array(listenAddress)
    .max(16)
    .default([])
    .describe("Where web servers ask over FastCGI (Apache: mod_authnz_fcgi)."),
  socketMode: z
    .string()
    .regex(/^0?[0-7]{3}$/, 'a file mode in quotes, such as "0660"')
    .default("0660")
    .describe("File mode of unix sockets: who may open one is believed."),
  trustedProxies: addressBlocks
    .default([])
    .describe("Web servers that may ask over TCP. On unix sockets the file mode decides."),
  keys: z.array(key).min(1).max(64).describe("Public keys of the login servers."),
  sites: z.array(site).min(1).max(10_000).describe("The sites that are protected."),
  limits: limits.prefault({}),
  cache: cache.prefault({}),
});

/** Settings that have been checked. */
export type GatewaySettings = z.output<typeof group>;

/** The settings of gatewayd. */
export const gatewaySettings = group.check(
  acrossSettings(checkListeners),
  acrossSettings(checkRepetitions),
);

function checkListeners(settings: GatewaySettings, { isRight, problem }: AcrossSettings) {
  const { http, fastcgi, trustedProxies } = settings;
  if (isRight("http") && isRight("fastcgi") && http.length + fastcgi.length === 0) {
    problem(["http"], "an address here or under `fastcgi`: web servers must be able to ask");
  }
  const isTcp = (["http", "fastcgi"] as const).some((name) =>
    [...entriesOf(settings[name])].some(
      ([index, address]) => isRight(name, index) && address.kind === "tcp",
    ),
  );
  if (isTcp && isRight("trustedProxies") && trustedProxies.length === 0) {
    problem(["trustedProxies"], "the web servers that ask over TCP: nobody else is believed");
  }
}

function checkRepetitions({ sites }: GatewaySettings, { isRight, problem }: AcrossSettings) {
  const origins = new Set<string>();
  for (const [index, site] of entriesOf(sites)) {
    if (isRight("sites", index, "origin") && isRepeated(origins, site.origin)) {
      problem(["sites", index, "origin"], "an origin that no site above has");
    }
    const paths = new Set<string>();
    for (const [placeIndex, place] of entriesOf(site?.places)) {
      const path = ["sites", index, "places", placeIndex, "path"];
      if (isRight(...path) && isRepeated(paths, inOneCase(place.path))) {
        problem(path, "a path that no place above has, be it in capitals");
      }
    }
  }
}

/** Whether it stood in `seen` already; from now on it does. */
function isRepeated(seen: Set<string>, item: string): boolean {
  const before = seen.size;
  return seen.add(item).size === before;
}
