import type { OutgoingHttpHeaders } from "node:http";
import type { Outcome } from "./outcome.ts";
import { ada, type TicketName } from "./tickets.ts";

/** One request to a protected site and how it ends. */
export interface Visit {
  /** The request target; the site's `whoami` if absent. */
  readonly target?: string;
  /** `GET` if absent. */
  readonly method?: "HEAD" | "POST" | "OPTIONS";
  /** The Host header; the site's own if absent. */
  readonly host?: string;
  /** The Cookie header. */
  readonly cookie?: (tickets: Readonly<Record<TicketName, string>>) => string;
  /** A page is asked for unless they say otherwise. */
  readonly headers?: OutgoingHttpHeaders;
  readonly outcome: Outcome;
  /** The outcome where the web server keeps headers to itself whose names have more than letters, digits and `-`. */
  readonly ifDropped?: Outcome;
}

/** Visits by what the visitor brings. */
export type Visits = Readonly<Record<string, Visit>>;

const letIn = { kind: "let-in", tokens: ada.tokens.join(",") } as const;
const shown = { kind: "shown-admin-page" } as const;
const toLogin = { kind: "sent-to", page: "login" } as const;
const toRefresh = { kind: "sent-to", page: "refresh" } as const;
const keptOut = { kind: "kept-out" } as const;
const turnedAway = { kind: "turned-away" } as const;

/** What a visitor has who brings this ticket and nothing else. */
export function bringing(name: TicketName): Pick<Visit, "cookie"> {
  return { cookie: (tickets) => `auth_pubtkt=${tickets[name]}` };
}

/** What a visitor has whose cookie of the right name holds `value`, encoded. */
function bringingText(text: string): Pick<Visit, "cookie"> {
  return { cookie: () => `auth_pubtkt=${encodeURIComponent(text)}` };
}

function bringingValue(value: string): Pick<Visit, "cookie"> {
  return { cookie: () => `auth_pubtkt=${value}` };
}

const tickets: Visits = {
  "no cookie": { outcome: toLogin },
  "no cookie, and only the head is asked for": { method: "HEAD", outcome: toLogin },
  // The form must not be sent on to the login server, as a 307 would.
  "no cookie, and a form": { method: "POST", outcome: { ...toLogin, status: 303 } },
  "an address with a query": { target: "/some/page?a=1&b=%2F", outcome: toLogin },
  "an address with encoded characters": { target: "/a%3Fb%20c/%C3%BC+d?e=f%26g", outcome: toLogin },
  "a good ticket": { ...bringing("good"), outcome: letIn },
  "a ticket with every field we know": { ...bringing("everything"), outcome: letIn },
  "an altered ticket": { ...bringing("altered"), outcome: toLogin },
  "a ticket of another key": { ...bringing("another-key"), outcome: toLogin },
  "an expired ticket": { ...bringing("expired"), outcome: toLogin },
  "a ticket in its grace period": { ...bringing("in-grace"), outcome: toRefresh },
  "a ticket in its grace period, and a form": {
    ...bringing("in-grace"),
    method: "POST",
    outcome: letIn,
  },
  "a ticket for this address": { ...bringing("from-here"), outcome: letIn },
  "a ticket for another address": { ...bringing("from-elsewhere"), outcome: toLogin },
  "a ticket for another host": { ...bringing("for-another-host"), outcome: toLogin },
};

const cookies: Visits = {
  "an empty cookie": { ...bringingText(""), outcome: toLogin },
  "a cookie of another name": { cookie: () => "theme=dark; lang=en", outcome: toLogin },
  "the ticket in quotes": { cookie: ({ good }) => `auth_pubtkt="${good}"`, outcome: letIn },
  "the ticket among other cookies": {
    cookie: ({ good }) => `theme=dark; auth_pubtkt=${good}; lang=en`,
    outcome: letIn,
  },
  "the ticket as PHP writes it, with plus signs for spaces": {
    cookie: ({ good }) => `auth_pubtkt=${good.replaceAll("%20", "+")}`,
    outcome: letIn,
  },
  "a bad ticket before a good one": {
    cookie: ({ altered, good }) => `auth_pubtkt=${altered}; auth_pubtkt=${good}`,
    outcome: letIn,
  },
  "a good ticket in a cookie whose name only ends like ours": {
    cookie: ({ good }) => `xauth_pubtkt=${good}`,
    outcome: toLogin,
  },
  "a good ticket inside another cookie": {
    cookie: ({ good }) => `pref=auth_pubtkt=${good}`,
    outcome: toLogin,
  },
};

const padding = "x".repeat(80);

const garbage: Visits = {
  "a percent sign": { ...bringingValue("%"), outcome: keptOut },
  "no such encoding": { ...bringingValue("%zz".repeat(30)), outcome: keptOut },
  "zero bytes": { ...bringingValue(`uid%3Dada%00;${padding}`), outcome: keptOut },
  "no UTF-8": { ...bringingValue("%ff%fe".repeat(20)), outcome: keptOut },
  "a ticket without a signature": {
    ...bringingText(`uid=ada;validuntil=9999999999;udata=${padding}`),
    outcome: keptOut,
  },
  "a ticket with an empty signature": {
    ...bringingText(`uid=ada;validuntil=9999999999;udata=${padding};sig=`),
    outcome: keptOut,
  },
  "nothing but a signature": { ...bringingText(`;sig=${padding}`), outcome: keptOut },
  "four thousand letters": { ...bringingValue("A".repeat(4_000)), outcome: keptOut },
  "nothing but separators": { cookie: () => ";;=;=;auth_pubtkt;=;,", outcome: keptOut },
};

const spellingsOfAdmin = [
  "//admin/",
  "/%61dmin/",
  "/x/../admin/",
  "/./admin/",
  "/admin//",
  "/x/%2e%2e/admin/",
  "/Admin/",
  "/%41DMIN/",
];

const rights: Visits = {
  "a place that needs a token, and a ticket with it": {
    ...bringing("admin"),
    target: "/admin/",
    outcome: shown,
  },
  "a place that needs a token, and a ticket without it": {
    ...bringing("good"),
    target: "/admin/",
    outcome: toLogin,
  },
  ...Object.fromEntries(
    spellingsOfAdmin.map((target) => [
      `the same place spelled ${target}, and a ticket without the token`,
      { ...bringing("good"), target, outcome: keptOut },
    ]),
  ),
};

/** What applications behind a web server believe. */
const forgedIdentity = {
  "remote-user": "root",
  "remote-user-tokens": "admin",
  "remote-user-data": "forged",
  "auth-type": "forged",
  "x-remote-user": "root",
  "x-forwarded-user": "root",
  authorization: `Basic ${Buffer.from("root:root").toString("base64")}`,
};

/** The same in spellings that CGI servers make one of: each alone must not get through. */
const oddIdentities = {
  Remote_User: "root",
  REMOTE_USER: "root",
  Remote_User_Tokens: "admin",
  "Remote-User_Tokens": "admin",
  "remote_user-tokens": "admin",
  REMOTE_USER_DATA: "forged",
  "Remote-User_Data": "forged",
  "Remote_User-Data": "forged",
  Auth_Type: "forged",
  "Remote.User": "root",
  "Remote.User.Tokens": "admin",
  "Remote.User-Tokens": "admin",
  "Remote_User.Tokens": "admin",
  "Remote.User.Data": "forged",
  "Auth.Type": "forged",
  // What else names are made of (RFC 9110 §5.6.2).
  ...Object.fromEntries([..."!#$%&'*+^`|~"].map((mark) => [`Remote${mark}User`, "root"])),
  "Remote!User+Tokens": "admin",
  "Remote-User~Tokens": "admin",
  "Remote_User'Data": "forged",
  "Auth*Type": "forged",
};

const oddFacts = {
  X_Forwarded_Proto: "https",
  X_Forwarded_Host: "elsewhere.example.com",
  "X.Forwarded-For": "192.0.2.7",
  X_Countersign_Uri: "/elsewhere",
  "X~Forwarded-Proto": "https",
  "X+Original!URL": "/elsewhere",
};

const forgedFacts = {
  "x-countersign-method": "POST",
  "x-countersign-scheme": "https",
  "x-countersign-host": "elsewhere.example.com",
  "x-countersign-uri": "/elsewhere",
  "x-countersign-client-address": "192.0.2.7",
  "x-original-method": "POST",
  "x-original-url": "/elsewhere",
  "x-original-uri": "/elsewhere",
  "x-rewrite-url": "/elsewhere",
  "x-forwarded-uri": "/elsewhere",
  "x-forwarded-for": "192.0.2.7",
  "x-forwarded-proto": "https",
  "x-forwarded-host": "elsewhere.example.com",
  "x-forwarded-port": "443",
  "x-forwarded-prefix": "/elsewhere",
  "x-forwarded-method": "POST",
  "x-http-method-override": "POST",
  forwarded: "for=192.0.2.7;host=elsewhere.example.com;proto=https",
};

const forgeries: Visits = {
  "a forged identity, and no ticket": { headers: forgedIdentity, outcome: toLogin },
  "a forged identity beside a good ticket": {
    ...bringing("good"),
    headers: forgedIdentity,
    outcome: letIn,
  },
  // What the ticket leaves empty must not come from the visitor.
  "a forged identity beside a ticket that says only a name": {
    ...bringing("name-only"),
    headers: forgedIdentity,
    outcome: { kind: "let-in", tokens: "", userData: "" },
  },
  ...Object.fromEntries(
    Object.entries(oddIdentities).map(([name, value]) => [
      `a forged identity as ${name} beside a ticket that says only a name`,
      {
        ...bringing("name-only"),
        headers: { [name]: value },
        outcome: turnedAway,
        ifDropped: { kind: "let-in", tokens: "", userData: "" },
      },
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(oddFacts).map(([name, value]) => [
      `a forged fact as ${name}, and no ticket`,
      { headers: { [name]: value }, outcome: turnedAway, ifDropped: toLogin },
    ]),
  ),
  "a forged identity named as hop-by-hop": {
    ...bringing("good"),
    headers: { connection: `close, ${Object.keys(forgedIdentity)}, cookie, x-countersign-uri` },
    outcome: letIn,
  },
  "forged facts, and no ticket": { headers: forgedFacts, outcome: toLogin },
  "forged facts, and a ticket for the forged address": {
    ...bringing("from-elsewhere"),
    headers: forgedFacts,
    outcome: toLogin,
  },
  "forged facts, and a ticket in its grace period": {
    ...bringing("in-grace"),
    headers: forgedFacts,
    outcome: toRefresh,
  },
  "forged facts, and a ticket without the token": {
    ...bringing("good"),
    target: "/admin/",
    headers: forgedFacts,
    outcome: toLogin,
  },
  "a name that is nobody's site": {
    ...bringing("good"),
    host: "elsewhere.example.com",
    outcome: turnedAway,
  },
};

/** Every visit that a guarded site must get right, by what the visitor brings. */
export const visits: Visits = { ...tickets, ...cookies, ...garbage, ...rights, ...forgeries };
