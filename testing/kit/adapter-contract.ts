import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  createIssuer,
  encodeTicket,
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  type TicketFields,
  verificationKeyOf,
} from "@countersign/ticket";

/** A site as every adapter can be told of it: one policy for all of it. */
export interface ContractSite {
  readonly origin: string;
  readonly loginUrl?: string;
  readonly timeoutUrl?: string;
  readonly refreshUrl?: string;
  readonly unauthorisedUrl?: string;
  readonly badAddressUrl?: string;
  readonly anyOfTokens?: readonly string[];
}

/** What every adapter under test is started with. */
export interface ContractSettings {
  readonly sites: readonly ContractSite[];
  /** PEM */
  readonly publicKey: string;
  /** The moment at which all visits happen. */
  readonly now: number;
}

/** One visit, in no server's words. */
export interface ContractVisit {
  readonly host: string;
  readonly method: string;
  readonly httpVersion: "1.0" | "1.1";
  readonly target: string;
  readonly clientAddress: string;
  readonly cookies: string | undefined;
}

/** What comes of a visit, in no server's words. */
export type Outcome =
  | { readonly kind: "in"; readonly user: string; readonly tokens: string; readonly data: string }
  | (Unstored & { readonly kind: "sent"; readonly status: number; readonly location: string })
  | (Unstored & { readonly kind: "refused"; readonly status: number });

/** What keeps an answer to one visitor from becoming the answer to the next; no Vary is needed. */
interface Unstored {
  /** The value of Cache-Control. */
  readonly cacheControl: string | undefined;
}

/** Makes a visit through the adapter, and tells in plain words what came of it. */
export type Ask = (visit: ContractVisit) => Promise<Outcome>;

/** Registers the tests that every adapter passes: same visits, same outcomes. */
export function testAdapter(
  name: string,
  start: (context: TestContext, settings: ContractSettings) => Promise<Ask>,
): void {
  test(`${name} keeps the adapter contract`, async (context) => {
    const ask = await start(context, { sites, publicKey, now });
    for (const [sentence, [visit, outcome]] of Object.entries(cases)) {
      await context.test(sentence, async () => {
        assert.deepEqual(await ask({ ...plainVisit, ...visit }), outcome);
      });
    }
  });
}

const now = 1_800_000_000;
const key = importPrivateKey(generatePrivateKeyPem("ed25519"));
const publicKey = exportPublicPem(verificationKeyOf(key));
const issuer = createIssuer(key);
const sso = "https://sso.example.com";

const sites: readonly ContractSite[] = [
  {
    origin: "http://wiki.example.com",
    loginUrl: `${sso}/login`,
    timeoutUrl: `${sso}/timeout`,
    refreshUrl: `${sso}/refresh`,
    badAddressUrl: `${sso}/address?why=moved`,
  },
  {
    origin: "http://staff.example.com",
    loginUrl: `${sso}/login`,
    unauthorisedUrl: `${sso}/right`,
    anyOfTokens: ["staff", "ops"],
  },
  { origin: "http://bare.example.com", anyOfTokens: ["staff"] },
];

const plainVisit: ContractVisit = {
  host: "wiki.example.com",
  method: "GET",
  httpVersion: "1.1",
  target: "/page",
  clientAddress: "192.0.2.7",
  cookies: undefined,
};

function cookieWith(fields: Partial<TicketFields> = {}): string {
  const ticket = issuer.issue({ uid: "ada", validUntil: now + 100, ...fields });
  return `auth_pubtkt=${encodeTicket(ticket)}`;
}

function cameIn(user: string, tokens = "", data = ""): Outcome {
  return { kind: "in", user, tokens, data };
}

function sentTo(status: number, path: string, back: string): Outcome {
  const location = `${sso}${path}back=${encodeURIComponent(back)}`;
  return { kind: "sent", status, location, cacheControl: "no-store" };
}

function refusedWith(status: number): Outcome {
  return { kind: "refused", status, cacheControl: "no-store" };
}

const full = { tokens: ["ops", "dev"], userData: "a b=c" };
const page = "http://wiki.example.com/page";

const cases: Readonly<Record<string, readonly [Partial<ContractVisit>, Outcome]>> = {
  "lets a valid ticket in": [{ cookies: cookieWith() }, cameIn("ada")],
  "tells the application tokens and data": [
    { cookies: cookieWith(full) },
    cameIn("ada", "ops,dev", "a b=c"),
  ],
  "keeps letters that are not ASCII": [
    { cookies: cookieWith({ uid: "zoë", userData: "50% ✓" }) },
    cameIn("zoë", "", "50% ✓"),
  ],
  "finds the ticket among other cookies, and one good ticket among bad ones": [
    { cookies: `xauth_pubtkt=1; auth_pubtkt=bad; a=auth_pubtkt; ${cookieWith()}; b=2` },
    cameIn("ada"),
  ],
  "lets any of several tokens in": [
    { host: "staff.example.com", cookies: cookieWith(full) },
    cameIn("ada", "ops,dev", "a b=c"),
  ],
  "lets a form through in the grace period": [
    { method: "POST", cookies: cookieWith({ graceAfter: now - 1 }) },
    cameIn("ada"),
  ],
  "lets a ticket in from its own address": [
    { cookies: cookieWith({ clientAddress: "192.0.2.7" }) },
    cameIn("ada"),
  ],
  "takes the host in any spelling": [
    { host: "WIKI.example.com:80", cookies: cookieWith() },
    cameIn("ada"),
  ],
  "sends away without a ticket": [{}, sentTo(307, "/login?", page)],
  "sends away with a damaged ticket": [
    { cookies: cookieWith().replace("ada", "eve") },
    sentTo(307, "/login?", page),
  ],
  "sends HEAD away like GET": [{ method: "HEAD" }, sentTo(307, "/login?", page)],
  "sends a form away without its body": [{ method: "POST" }, sentTo(303, "/login?", page)],
  "sends HTTP/1.0 away in its own words": [{ httpVersion: "1.0" }, sentTo(302, "/login?", page)],
  "sends an expired ticket away": [
    { cookies: cookieWith({ validUntil: now - 1 }) },
    sentTo(307, "/timeout?", page),
  ],
  "sends a GET away to renew in the grace period": [
    { cookies: cookieWith({ graceAfter: now - 1 }) },
    sentTo(307, "/refresh?", page),
  ],
  "sends a ticket of another address away": [
    { cookies: cookieWith({ clientAddress: "192.0.2.8" }) },
    sentTo(307, "/address?why=moved&ip=192.0.2.7&", page),
  ],
  "sends a visitor without the right away": [
    { host: "staff.example.com", cookies: cookieWith({ tokens: ["dev"] }) },
    sentTo(307, "/right?", "http://staff.example.com/page"),
  ],
  "gives the way back as it was sent": [
    { target: "/a%3Fb+c//d?e=%C3%A4&f=%2F%" },
    sentTo(307, "/login?", "http://wiki.example.com/a%3Fb+c//d?e=%C3%A4&f=%2F%"),
  ],
  "forbids where there is nowhere to go": [{ host: "bare.example.com" }, refusedWith(403)],
  "forbids without the right where there is nowhere to go": [
    { host: "bare.example.com", cookies: cookieWith() },
    refusedWith(403),
  ],
  "forbids a ticket of another address where there is nowhere to go": [
    {
      host: "bare.example.com",
      cookies: cookieWith({ tokens: ["staff"], clientAddress: "192.0.2.8" }),
    },
    refusedWith(403),
  ],
  "refuses an unknown host": [{ host: "evil.example", cookies: cookieWith() }, refusedWith(400)],
  "refuses an encoded NUL": [{ target: "/page%00", cookies: cookieWith() }, refusedWith(400)],
  "refuses a path that is no UTF-8": [{ target: "/%FF", cookies: cookieWith() }, refusedWith(400)],
};
