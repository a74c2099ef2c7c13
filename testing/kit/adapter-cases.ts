import {
  createIssuer,
  encodeTicket,
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  type TicketFields,
  verificationKeyOf,
} from "@countersign/ticket";
import type { ContractSite, ContractVisit, Expected } from "./adapter-visit.ts";

/** The moment at which all visits happen. */
export const moment = 1_800_000_000;

const key = importPrivateKey(generatePrivateKeyPem("ed25519"));
const issuer = createIssuer(key);

/** Signs all tickets. */
export const contractKey = { publicKey: exportPublicPem(verificationKeyOf(key)) };

const sso = "https://sso.example.com";
const loginUrl = `${sso}/login`;
const app = "https://app.example.com";

/** A site for each policy that adapters must carry out. */
export const sites: readonly ContractSite[] = [
  {
    origin: "http://wiki.example.com",
    loginUrl,
    timeoutUrl: `${sso}/timeout`,
    refreshUrl: `${sso}/refresh`,
    badAddressUrl: `${sso}/address?why=moved`,
  },
  {
    origin: "http://staff.example.com",
    loginUrl,
    unauthorisedUrl: `${sso}/right`,
    anyOfTokens: ["staff", "ops"],
  },
  { origin: "http://bare.example.com", anyOfTokens: ["staff"] },
  { origin: "http://open.example.com", loginUrl, access: "public", anyOfTokens: ["staff"] },
  { origin: "http://maybe.example.com", loginUrl, access: "optional", anyOfTokens: ["staff"] },
  { origin: "http://both.example.com", loginUrl, allOfTokens: ["staff", "ops"] },
  { origin: "http://insiders.example.com", loginUrl, noneOfTokens: ["guest"] },
  { origin: "http://ada.example.com", loginUrl, users: ["ada"] },
  { origin: "http://api.example.com", loginUrl, answerWith: "problems", corsOrigins: [app] },
  { origin: "http://old.example.com", loginUrl, answerWith: "redirects", loopBreaker: false },
  { origin: "http://trusting.example.com", loginUrl, preflight: "pass" },
  { origin: "http://hidden.example.com", loginUrl, access: "optional", hideTicket: true },
  { origin: "http://fake.example.com", loginUrl, access: "optional", basicAuth: "fake" },
  { origin: "http://passed.example.com", loginUrl, basicAuth: "ticket" },
];

/** What a visit is like unless a case says otherwise: a person asks for a page. */
export const plainVisit: ContractVisit = {
  host: "wiki.example.com",
  method: "GET",
  httpVersion: "1.1",
  target: "/page",
  clientAddress: "192.0.2.7",
  headers: { accept: "text/html,application/xhtml+xml;q=0.9" },
  cookies: undefined,
};

/** A visitor whose browser loses the cookie, and what they read in the end. */
export const circle = {
  visit: { target: "/page?a=b" },
  redirects: 3,
  says: /round in circles/,
} satisfies Record<string, unknown> & { visit: Partial<ContractVisit> };

function cookieWith(fields: Partial<TicketFields> = {}): string {
  const ticket = issuer.issue({ uid: "ada", validUntil: moment + 100, ...fields });
  return `auth_pubtkt=${encodeTicket(ticket)}`;
}

type Known = Omit<Extract<Expected, { kind: "in" }>, "kind" | "user">;

function cameIn(user: string, known: Partial<Known> = {}): Expected {
  return { kind: "in", user, tokens: "", data: "", ...known };
}

function sentTo(status: number, path: string, back: string, isMarked = true): Expected {
  const location = `${sso}${path}back=${encodeURIComponent(back)}`;
  return { kind: "sent", status, location, isMarked };
}

function refusedWith(status: number): Expected {
  return { kind: "refused", status };
}

type Told = Extract<Expected, { kind: "told" }>;

function told(status: number, reason: string, known: Partial<Told> = {}): Expected {
  return { kind: "told", status, reason, login: undefined, allowedOrigin: undefined, ...known };
}

/** What a program hears that has no ticket. */
const toldToSignIn = told(401, "no-ticket", { login: loginUrl });

const full = { tokens: ["ops", "dev"], userData: "a b=c" };
const seenInFull = cameIn("ada", { tokens: "ops,dev", data: "a b=c" });
const page = "http://wiki.example.com/page";
const program = { accept: "application/json" };
const preflight = {
  method: "OPTIONS",
  headers: {
    ...program,
    origin: app,
    "access-control-request-method": "PUT",
    "access-control-request-headers": "content-type",
  },
};
const ownAuthorization = { ...plainVisit.headers, authorization: "Basic cm9vdDpyb290" };

/** A visit, and what comes of it. */
export interface Case {
  readonly visit: Partial<ContractVisit>;
  readonly outcome: Expected;
  /** What comes of it where the adapter never sees headers with odd names. */
  readonly unseen?: Expected;
}

const admitted: Readonly<Record<string, Case>> = {
  "lets a valid ticket in": { visit: { cookies: cookieWith() }, outcome: cameIn("ada") },
  "tells the application tokens and data": {
    visit: { cookies: cookieWith(full) },
    outcome: seenInFull,
  },
  "keeps letters that are not ASCII": {
    visit: { cookies: cookieWith({ uid: "zoë", userData: "50% ✓" }) },
    outcome: cameIn("zoë", { data: "50% ✓" }),
  },
  "finds the ticket among other cookies, and one good ticket among bad ones": {
    visit: { cookies: `xauth_pubtkt=1; auth_pubtkt=bad; a=auth_pubtkt; ${cookieWith()}; b=2` },
    outcome: cameIn("ada"),
  },
  "lets any of several tokens in": {
    visit: { host: "staff.example.com", cookies: cookieWith(full) },
    outcome: seenInFull,
  },
  "lets in who holds all of the tokens": {
    visit: { host: "both.example.com", cookies: cookieWith({ tokens: ["ops", "staff"] }) },
    outcome: cameIn("ada", { tokens: "ops,staff" }),
  },
  "lets in who holds none of the unwanted tokens": {
    visit: { host: "insiders.example.com", cookies: cookieWith() },
    outcome: cameIn("ada"),
  },
  "lets a named user in": {
    visit: { host: "ada.example.com", cookies: cookieWith() },
    outcome: cameIn("ada"),
  },
  "lets a form through in the grace period": {
    visit: { method: "POST", cookies: cookieWith({ graceAfter: moment - 1 }) },
    outcome: cameIn("ada"),
  },
  "lets a program through in the grace period": {
    visit: { headers: program, cookies: cookieWith({ graceAfter: moment - 1 }) },
    outcome: cameIn("ada"),
  },
  "lets a ticket in from its own address": {
    visit: { cookies: cookieWith({ clientAddress: "192.0.2.7" }) },
    outcome: cameIn("ada"),
  },
  "takes the host in any spelling": {
    visit: { host: "WIKI.example.com:80", cookies: cookieWith() },
    outcome: cameIn("ada"),
  },
  "lets anybody in where that is public, and knows nobody": {
    visit: { host: "open.example.com" },
    outcome: cameIn(""),
  },
  "asks nobody who they are where that is public": {
    visit: { host: "open.example.com", cookies: cookieWith() },
    outcome: cameIn(""),
  },
  "lets anybody in where a ticket is optional": {
    visit: { host: "maybe.example.com" },
    outcome: cameIn(""),
  },
  "takes a damaged ticket for none where one is optional": {
    visit: { host: "maybe.example.com", cookies: cookieWith().replace("ada", "eve") },
    outcome: cameIn(""),
  },
  "knows nobody where a ticket is optional, and without the right": {
    visit: { host: "maybe.example.com", cookies: cookieWith() },
    outcome: cameIn(""),
  },
  "knows whoever brings a ticket with the right where one is optional": {
    visit: { host: "maybe.example.com", cookies: cookieWith({ tokens: ["staff"] }) },
    outcome: cameIn("ada", { tokens: "staff" }),
  },
};

const turnedAway: Readonly<Record<string, Case>> = {
  "sends away without a ticket": { visit: {}, outcome: sentTo(307, "/login?", page) },
  "sends away with a damaged ticket": {
    visit: { cookies: cookieWith().replace("ada", "eve") },
    outcome: sentTo(307, "/login?", page),
  },
  "sends HEAD away like GET": {
    visit: { method: "HEAD" },
    outcome: sentTo(307, "/login?", page),
  },
  "sends a form away without its body": {
    visit: { method: "POST" },
    outcome: sentTo(303, "/login?", page),
  },
  "sends HTTP/1.0 away in its own words": {
    visit: { httpVersion: "1.0" },
    outcome: sentTo(302, "/login?", page),
  },
  "sends an expired ticket away": {
    visit: { cookies: cookieWith({ validUntil: moment - 1 }) },
    outcome: sentTo(307, "/timeout?", page),
  },
  "sends a GET away to renew in the grace period": {
    visit: { cookies: cookieWith({ graceAfter: moment - 1 }) },
    outcome: sentTo(307, "/refresh?", page),
  },
  "sends a ticket of another address away": {
    visit: { cookies: cookieWith({ clientAddress: "192.0.2.8" }) },
    outcome: sentTo(307, "/address?why=moved&ip=192.0.2.7&", page),
  },
  "sends a visitor without the right away": {
    visit: { host: "staff.example.com", cookies: cookieWith({ tokens: ["dev"] }) },
    outcome: sentTo(307, "/right?", "http://staff.example.com/page"),
  },
  "sends a visitor with half of the tokens away": {
    visit: { host: "both.example.com", cookies: cookieWith({ tokens: ["staff"] }) },
    outcome: sentTo(307, "/login?", "http://both.example.com/page"),
  },
  "sends a visitor with an unwanted token away": {
    visit: { host: "insiders.example.com", cookies: cookieWith({ tokens: ["guest"] }) },
    outcome: sentTo(307, "/login?", "http://insiders.example.com/page"),
  },
  "sends another user away": {
    visit: { host: "ada.example.com", cookies: cookieWith({ uid: "bob" }) },
    outcome: sentTo(307, "/login?", "http://ada.example.com/page"),
  },
  "gives the way back as it was sent": {
    visit: { target: "/a%3Fb+c//d?e=%C3%A4&f=%2F%" },
    outcome: sentTo(307, "/login?", "http://wiki.example.com/a%3Fb+c//d?e=%C3%A4&f=%2F%"),
  },
  "marks no way back where circles are not counted": {
    visit: { host: "old.example.com" },
    outcome: sentTo(307, "/login?", "http://old.example.com/page", false),
  },
  "takes the mark out of the address of whoever has come back with a ticket": {
    visit: { target: "/page?a=b&countersign=k.1.abcdefghijklmnopqrstuv", cookies: cookieWith() },
    outcome: { kind: "sent", status: 307, location: `${page}?a=b`, isMarked: false },
  },
  "forbids where there is nowhere to go": {
    visit: { host: "bare.example.com" },
    outcome: refusedWith(403),
  },
  "forbids without the right where there is nowhere to go": {
    visit: { host: "bare.example.com", cookies: cookieWith() },
    outcome: refusedWith(403),
  },
  "forbids a ticket of another address where there is nowhere to go": {
    visit: {
      host: "bare.example.com",
      cookies: cookieWith({ tokens: ["staff"], clientAddress: "192.0.2.8" }),
    },
    outcome: refusedWith(403),
  },
  "refuses an unknown host": {
    visit: { host: "evil.example", cookies: cookieWith() },
    outcome: refusedWith(400),
  },
  "refuses an encoded NUL": {
    visit: { target: "/page%00", cookies: cookieWith() },
    outcome: refusedWith(400),
  },
  "refuses a path that is no UTF-8": {
    visit: { target: "/%FF", cookies: cookieWith() },
    outcome: refusedWith(400),
  },
  "refuses a header that an application may take for the gateway's": {
    visit: { headers: { ...plainVisit.headers, remote_user: "root" }, cookies: cookieWith() },
    outcome: refusedWith(400),
    unseen: cameIn("ada"),
  },
  "refuses a header that a CGI server may take for the gateway's": {
    visit: { headers: { ...plainVisit.headers, "remote~user": "root" }, cookies: cookieWith() },
    outcome: refusedWith(400),
    unseen: cameIn("ada"),
  },
  "refuses a header that an application may take for a proxy's": {
    visit: { headers: { ...plainVisit.headers, "x_forwarded.proto": "https" } },
    outcome: refusedWith(400),
    unseen: sentTo(307, "/login?", page),
  },
};

const programs: Readonly<Record<string, Case>> = {
  "tells a program where to sign in": { visit: { headers: program }, outcome: toldToSignIn },
  "tells a program that names no wish": { visit: { headers: {} }, outcome: toldToSignIn },
  "tells a program that sends a form": {
    visit: { method: "POST", headers: program },
    outcome: toldToSignIn,
  },
  "tells a script in a page": {
    visit: { headers: { accept: "text/html", "sec-fetch-mode": "cors" } },
    outcome: toldToSignIn,
  },
  "tells a script that says so in the old way": {
    visit: { headers: { accept: "text/html", "x-requested-with": "XMLHttpRequest" } },
    outcome: toldToSignIn,
  },
  "tells a stream of events": {
    visit: { headers: { accept: "text/event-stream" } },
    outcome: toldToSignIn,
  },
  "tells a WebSocket": {
    visit: { headers: { ...plainVisit.headers, upgrade: "websocket" } },
    outcome: toldToSignIn,
  },
  "sends a page away that the browser calls one, whatever it accepts": {
    visit: { headers: { accept: "*/*", "sec-fetch-mode": "navigate" } },
    outcome: sentTo(307, "/login?", page),
  },
  "tells a program that its ticket has expired": {
    visit: { headers: program, cookies: cookieWith({ validUntil: moment - 1 }) },
    outcome: told(401, "expired", { login: loginUrl }),
  },
  "tells a program that it lacks the right": {
    visit: { host: "staff.example.com", headers: program, cookies: cookieWith() },
    outcome: told(403, "no-token"),
  },
  "tells a program of a bad request": {
    visit: { host: "evil.example", headers: program },
    outcome: told(400, "unknown-host"),
  },
  "tells everybody where that is the rule, and scripts of an allowed origin in words that they may read":
    {
      visit: { host: "api.example.com", headers: { ...plainVisit.headers, origin: app } },
      outcome: told(401, "no-ticket", { login: loginUrl, allowedOrigin: app }),
    },
  "keeps scripts of other origins from reading why": {
    visit: { host: "api.example.com", headers: { ...program, origin: "https://evil.example" } },
    outcome: toldToSignIn,
  },
  "sends everybody away where that is the rule": {
    visit: { host: "old.example.com", headers: program },
    outcome: sentTo(307, "/login?", "http://old.example.com/page", false),
  },
};

const preflights: Readonly<Record<string, Case>> = {
  "answers the preflight of an allowed origin": {
    visit: { ...preflight, host: "api.example.com" },
    outcome: {
      kind: "preflight",
      status: 204,
      allowedOrigin: app,
      allowedMethods: "PUT",
      allowedHeaders: "content-type",
    },
  },
  "refuses the preflight of another origin": {
    visit: {
      ...preflight,
      host: "api.example.com",
      headers: { ...preflight.headers, origin: "https://evil.example" },
    },
    outcome: told(403, "other-origin"),
  },
  "asks a preflight for a ticket where no other origins are known": {
    visit: preflight,
    outcome: toldToSignIn,
  },
  "lets preflights through where the application answers them": {
    visit: { ...preflight, host: "trusting.example.com" },
    outcome: cameIn(""),
  },
  "takes no other OPTIONS for a preflight": {
    visit: { method: "OPTIONS", host: "trusting.example.com", headers: program },
    outcome: toldToSignIn,
  },
};

const passedOn: Readonly<Record<string, Case>> = {
  "hides the ticket, and nothing but the ticket": {
    visit: {
      host: "hidden.example.com",
      cookies: `a=1; ${cookieWith()}; auth_pubtkt=bad; xauth_pubtkt=2`,
    },
    outcome: cameIn("ada", { cookies: "a=1; xauth_pubtkt=2" }),
  },
  "hides a ticket that is not good, too": {
    visit: { host: "hidden.example.com", cookies: "auth_pubtkt=bad" },
    outcome: cameIn("", { cookies: "" }),
  },
  "gives the application a password that says who it is": {
    visit: { host: "fake.example.com", headers: ownAuthorization, cookies: cookieWith() },
    // Base64 of "ada:password"
    outcome: cameIn("ada", { authorization: "Basic YWRhOnBhc3N3b3Jk" }),
  },
  "takes the visitor's own password away where nobody is known": {
    visit: { host: "fake.example.com", headers: ownAuthorization },
    outcome: cameIn("", { authorization: "" }),
  },
  "gives the application the ticket's password": {
    visit: {
      host: "passed.example.com",
      headers: ownAuthorization,
      cookies: cookieWith({ basicAuth: "YWRhOnNlY3JldA==" }),
    },
    outcome: cameIn("ada", { authorization: "Basic YWRhOnNlY3JldA==" }),
  },
  "takes the visitor's own password away where the ticket has none": {
    visit: { host: "passed.example.com", headers: ownAuthorization, cookies: cookieWith() },
    outcome: cameIn("ada", { authorization: "" }),
  },
  "leaves the visitor's own password alone elsewhere": {
    visit: { headers: ownAuthorization, cookies: cookieWith() },
    outcome: cameIn("ada"),
  },
};

/** What every adapter gets right, each by what it does. */
export const cases: Readonly<Record<string, Case>> = {
  ...admitted,
  ...turnedAway,
  ...programs,
  ...preflights,
  ...passedOn,
};
