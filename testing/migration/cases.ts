import { type Ask, type Case, pageHeaders } from "./case.ts";
import { ambiguousTargets } from "./differences.ts";
import { flawedTickets } from "./flawed-tickets.ts";
import { nestedPlans } from "./old-sites.ts";
import { carriers, type TicketPlan } from "./old-ticket.ts";
import { honestTickets } from "./old-tickets.ts";
import type { SitePlan } from "./site-plan.ts";

/** A case and its name, which says what is asked of whom. */
export type NamedCase = readonly [name: string, c: Case];

/** The host of a site: its name, as a label. */
export function hostOf(siteName: string): string {
  return `${siteName
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")}.example.com`;
}

/** Every case of one site. */
export function casesOf(siteName: string, plan: SitePlan): readonly NamedCase[] {
  const { site, paths = ["/show.cgi"] } = plan;
  const made = (
    target: string,
    part: Partial<Omit<Case, "ask">> & { ask?: Partial<Ask> },
  ): Case => ({
    host: hostOf(siteName),
    site,
    carrier: "cookie",
    ...part,
    ask: { target, method: "GET", httpVersion: "1.1", headers: pageHeaders, ...part.ask },
  });
  const [first = ""] = paths;
  return [
    ...paths.flatMap((path) => ticketCases(path, made, path === first ? allTickets : fewTickets)),
    ...paths.flatMap((path) => askCases(path, made, plan.isThorough ? asks : fewAsks)),
    ...(site.alias === undefined ? [] : [aliasCase(first, site.alias, made)]),
    ...(plan.isThorough ? [...flawedCases(first, made), ...carrierCases(first, made)] : []),
  ];
}

type Make = (target: string, part: Partial<Omit<Case, "ask">> & { ask?: Partial<Ask> }) => Case;

const allTickets = Object.keys(honestTickets);

const fewTickets: typeof allTickets = [
  "good",
  "a name only",
  "the token",
  "expired",
  "in grace",
  "from elsewhere",
  "everything right",
  "another key",
];

function ticketCases(path: string, made: Make, names: typeof allTickets): NamedCase[] {
  const wanted = Object.entries(honestTickets).filter(([name]) => names.includes(name));
  return wanted.map(ofTicket(path, made));
}

function flawedCases(path: string, made: Make): NamedCase[] {
  return Object.entries(flawedTickets).map(ofTicket(path, made));
}

function ofTicket(path: string, made: Make) {
  return ([name, ticket]: [string, TicketPlan]): NamedCase => [
    `${path}, ${name}`,
    made(path, { ticket }),
  ];
}

const fewAsks: Readonly<Record<string, Partial<Ask>>> = {
  GET: {},
  POST: { method: "POST" },
  "GET by HTTP/1.0": { httpVersion: "1.0" },
  "a password of one's own": {
    headers: [...pageHeaders, ["Authorization", `Basic ${btoa("eve:secret")}`]],
  },
};

const asks: typeof fewAsks = {
  ...fewAsks,
  HEAD: { method: "HEAD" },
  PUT: { method: "PUT" },
  OPTIONS: { method: "OPTIONS" },
  "POST by HTTP/1.0": { method: "POST", httpVersion: "1.0" },
  "no wish for a page": { headers: [] },
  "a script's request": { headers: [["X-Requested-With", "XMLHttpRequest"]] },
};

const asked = ["good", "expired", "in grace", "a password"] as const;

function askCases(path: string, made: Make, asks: typeof fewAsks): NamedCase[] {
  return Object.entries(asks).flatMap(([name, ask]) => [
    [`${path}, ${name}, no ticket`, made(path, { ask })] as const,
    ...asked.map(
      (ticket) =>
        [
          `${path}, ${name}, ${ticket}`,
          made(path, { ask, ticket: honestTickets[ticket] }),
        ] as const,
    ),
  ]);
}

function carrierCases(path: string, made: Make): NamedCase[] {
  const ticket = honestTickets["everything right"];
  return carriers.map((carrier) => [`${path}, ${carrier}`, made(path, { ticket, carrier })]);
}

function aliasCase(path: string, alias: string, made: Make): NamedCase {
  return [`${path}, by another name`, made(path, { ask: { alias } })];
}

const targets = [
  "/show.cgi?a=1&b=%2F&back=http://evil.example",
  "/show.cgi?",
  "/show.cgi/a%20b",
  "/show.cgi/%C3%BC+d",
  "/show.cgi/a%3Fb?c=d",
  "/show.cgi/~a!b$c'(d)*e,f:g@h",
  "/nothing-here",
  "/",
  "/area",
  "/area/",
  "/area/deep/",
];

/** Cases about addresses, of a site with a place /area. */
export function targetCases(siteName: keyof typeof nestedPlans): readonly NamedCase[] {
  const { site } = nestedPlans[siteName];
  return [...targets, ...ambiguousTargets].flatMap((target) =>
    ([undefined, "good", "everything right"] as const).map((ticket) => {
      const ask = { target, method: "GET", httpVersion: "1.1", headers: pageHeaders } as const;
      const c: Case = {
        host: hostOf(siteName),
        site,
        carrier: "cookie",
        ask,
        ticket: ticket === undefined ? undefined : honestTickets[ticket],
      };
      return [`${target}, ${ticket ?? "no ticket"}`, c] as const;
    }),
  );
}
