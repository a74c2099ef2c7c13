import { decodeBasicAuth, decryptBasicAuth, TicketError } from "@countersign/ticket";
import { type Case, effective, pathOf } from "./case.ts";
import type { Comparable } from "./comparable.ts";
import type { FlawedTicket } from "./flawed-tickets.ts";
import type { Carrier } from "./old-ticket.ts";

/** One of the listed points: where the module is wrong, and what our answer is made of. */
export interface Difference {
  readonly point: number;
  readonly module: string;
  readonly ours: string;
  /** The case to which the module gives our answer to this one; `undefined`: the point does not show. */
  asIf?(c: Case): Case | undefined;
  /** Our answer where the module's is `answer`; `undefined`: the point does not show. */
  instead?(answer: Comparable, c: Case, origin: string): Comparable | undefined;
}

/** Every difference that there may be. */
export const differences = {
  "cookies by substring": {
    point: 3,
    module: "finds the cookie's name anywhere in the header, and stops at the first",
    ours: "reads cookies by name, and takes any valid one",
    asIf(c) {
      const { TKTAuthHeader = "Cookie" } = effective(c).directives;
      if (c.ticket === undefined || !/\bcookie\b/i.test(TKTAuthHeader)) return undefined;
      if (c.carrier === "cookie after a bad one") return { ...c, carrier: "cookie" };
      const others: readonly Carrier[] = [
        "cookie whose name ends alike",
        "cookie inside another",
        // Apache joins them by a comma, and no browser sends two (RFC 6265 §5.4).
        "first of two Cookie fields",
        "second of two Cookie fields",
      ];
      return others.includes(c.carrier) ? { ...c, ticket: undefined } : undefined;
    },
  },
  "the visitor's own password": {
    point: 4,
    module: "leaves the visitor's Authorization where it should set its own",
    ours: "always replaces or removes it",
    asIf(c) {
      const { directives } = effective(c);
      const isSet = [directives.TKTAuthFakeBasicAuth, directives.TKTAuthPassthruBasicAuth];
      const headers = c.ask.headers.filter(([name]) => name !== "Authorization");
      if (!isSet.includes("on") || headers.length === c.ask.headers.length) return undefined;
      return { ...c, ask: { ...c.ask, headers } };
    },
  },
  "rewritten paths": {
    point: 22,
    module: "counts the Location sections of the path that was asked for alone",
    ours: "counts those of the page that is served as well",
    asIf(c) {
      const target = c.site.inner?.servedFor?.[c.ask.target];
      return target === undefined ? undefined : { ...c, ask: { ...c.ask, target } };
    },
  },
  "a long name": {
    point: 6,
    module: "cuts names at 64 bytes (version 0.13)",
    ours: "passes names of up to 255 bytes on as they are",
    instead(answer, { ticket }) {
      const { seen } = answer;
      const uid = fieldOf(ticket, "uid") ?? "";
      const cut = uid.slice(0, 64);
      if (seen === undefined || uid === cut || seen.user !== cut) return undefined;
      const isMadeUp = seen.authorization === madeUp(cut);
      const authorization = isMadeUp ? madeUp(uid) : seen.authorization;
      return { ...answer, seen: { ...seen, user: uid, authorization } };
    },
  },
  "fields that are cut": flawed(6, "cuts long fields", "refuses the ticket"),
  "numbers that are none": flawed(7, "reads numbers by atoi", "takes digits alone"),
  "spellings of a signature": flawed(8, "takes many spellings of one ticket", "takes one"),
  "repeated fields": flawed(9, "lets the last field of a name win", "refuses the ticket"),
  "addresses as text": flawed(10, "compares addresses as text", "compares addresses"),
  "the way back": {
    point: 11,
    module: "makes the way back from the decoded path and the visitor's headers",
    ours: "makes it from the request target and the site's own name",
    instead(answer, { ask }, origin) {
      const back = origin + ask.target;
      if (answer.back === undefined || answer.back === back) return undefined;
      const [path = "", query] = ask.target.split(/(?=\?)/, 2);
      const modules = `${originForModule(ask, origin)}${decodeURIComponent(path)}${query ?? ""}`;
      return answer.back === modules || isAmbiguous(ask) ? { ...answer, back } : undefined;
    },
  },
  "forms sent to the login server": {
    point: 13,
    module: "redirects any method with 307, so that the body goes along",
    ours: "answers 303 to anything but GET and HEAD",
    instead(answer, { ask }) {
      if (answer.status !== 307 || ["GET", "HEAD"].includes(ask.method)) return undefined;
      return { ...answer, status: 303 };
    },
  },
  "the way back from an inner page": {
    point: 19,
    module: "sends back to the page that it would have served for the address, from some by 302",
    ours: "sends back to the address that was asked for, by 307",
    instead(answer, { ask, site: { inner }, ticket }, origin) {
      const page = answer.back?.slice(origin.length) ?? "";
      if (!inner?.pages.includes(page) || page === ask.target) return undefined;
      const back = origin + ask.target;
      if (inner.asked === undefined) return { ...answer, back };
      // The address that was asked for comes first, and to let in there is to tell whom.
      if (hasOddSpace(ticket)) return forbidden;
      return { ...answer, status: inner.asked === "again" ? answer.status : 307, back };
    },
  },
  "passwords that cannot be read": {
    point: 15,
    module:
      "passes what is too short to be encrypted on, decrypts with any key, and fails with 500",
    ours: "gives the application no password",
    asIf(c) {
      if (!passesPasswords(c) || holdsPassword(c) !== false || c.ticket === undefined)
        return undefined;
      const fields = c.ticket.fields.filter(([name]) => name !== "bauth");
      return { ...c, ticket: { ...c.ticket, fields } };
    },
    instead(answer, c) {
      const isBoth = effective(c).directives.TKTAuthFakeBasicAuth === "on" && passesPasswords(c);
      const { seen } = answer;
      // Without one the module makes one up, and so do we.
      if (!seen?.user || !isBoth || holdsPassword(c) !== false) return undefined;
      return { ...answer, seen: { ...seen, authorization: "" } };
    },
  },
  "tickets in other characters": flawed(
    20,
    "does not look at the characters of a ticket",
    "refuses what is not UTF-8",
  ),
  "spaces at the end of a value": {
    point: 21,
    module: "passes a name, tokens or user data with a space at an end on",
    ours: "answers 403, since on the way through the web server the space would be lost",
    instead(answer, { ticket, site }) {
      const { user = "", tokens = "", data = "" } = answer.seen ?? {};
      const isErrorPage = answer.status === 404 && site.inner !== undefined;
      const isOdd = isErrorPage ? hasOddSpace(ticket) : [user, tokens, data].some(isOddlySpaced);
      return isOdd ? forbidden : undefined;
    },
  },
  "paths with two readings": {
    point: 18,
    module: "lets Apache choose a reading of the path",
    ours: "answers 400 where the readings lead to different places",
    instead: (_, { ask }) => (isAmbiguous(ask) ? badRequest : undefined),
  },
} as const satisfies Record<string, Difference>;

/** The name of a difference. */
export type DifferenceName = keyof typeof differences;

/** Spellings of /area/show.cgi that servers read differently, for sites with a place /area. */
export const ambiguousTargets: readonly string[] = [
  "//area/show.cgi",
  "/x/../area/show.cgi",
  "/./area/show.cgi",
  "/Area/show.cgi",
];

const badRequest: Comparable = { status: 400, page: undefined, back: undefined, seen: undefined };
const forbidden: Comparable = { ...badRequest, status: 403 };

/** It believes any visitor's header. */
function originForModule({ headers, alias }: Case["ask"], origin: string): string {
  const [, forwarded] = headers.find(([name]) => name === "X-Forwarded-Host") ?? [];
  const url = new URL(origin);
  return `${url.protocol}//${forwarded ?? (alias === undefined ? url.host : `${alias}:${url.port}`)}`;
}

function isAmbiguous(ask: Case["ask"]): boolean {
  return ambiguousTargets.includes(pathOf(ask));
}

function isOddlySpaced(value: string): boolean {
  return /^ | $/.test(value);
}

function hasOddSpace(ticket: Case["ticket"]): boolean {
  return ticket?.fields.some(([, value]) => isOddlySpaced(value)) === true;
}

function fieldOf(ticket: Case["ticket"], name: string): string | undefined {
  return ticket?.fields.find(([one]) => one === name)?.[1];
}

function madeUp(user: string): string {
  return `Basic ${Buffer.from(`${user}:password`).toString("base64")}`;
}

function passesPasswords(c: Case): boolean {
  return effective(c).directives.TKTAuthPassthruBasicAuth === "on";
}

/** Whether the ticket has a password that can be read; `undefined`: it has none. */
function holdsPassword(c: Case): boolean | undefined {
  const value = fieldOf(c.ticket, "bauth");
  const key = effective(c).directives.TKTAuthPassthruBasicKey;
  if (!value) return undefined;
  try {
    return (key === undefined ? decodeBasicAuth(value) : decryptBasicAuth(value, key)) !== "";
  } catch (error) {
    if (error instanceof TicketError) return false;
    throw error;
  }
}

function flawed(point: FlawedTicket["point"], module: string, ours: string): Difference {
  return {
    point,
    module,
    ours,
    asIf(c) {
      const ticket = c.ticket as FlawedTicket | undefined;
      return ticket?.point === point ? { ...c, ticket: ticket.like } : undefined;
    },
  };
}
