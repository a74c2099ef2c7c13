import assert from "node:assert/strict";
import { test } from "node:test";
import { type Case, pageHeaders, visitOf } from "./case.ts";
import { innerPageSite, page, special } from "./inner-pages.ts";
import type { OldSite } from "./old-site.ts";
import type { TicketPlan } from "./old-ticket.ts";
import { moments } from "./old-tickets.ts";
import { hidingLines } from "./point-sites.ts";
import { startTwoSides } from "./two-sides.ts";

// What comparison.test.ts cannot compare of pages that Apache serves where others were asked for.

const index = { lines: ["DirectoryIndex special.cgi"], pages: [] };
const errorPage = { lines: [`ErrorDocument 404 ${page}`], pages: [] };
const area = { kind: "Location", path: "/area", directives: { TKTAuthToken: "admin" } } as const;

const fallback = (target: string) => ({ lines: [`FallbackResource ${target}`], pages: [] });

const sites = {
  "fallback-files.example.com": innerPageSite(fallback("/special.cgi"), "Directory", special),
  "fallback-location.example.com": innerPageSite(fallback(page), "Location", area),
  "fallback-folder.example.com": innerPageSite(fallback(page), "Directory", {
    ...area,
    kind: "Directory",
  }),
  "fallback-htaccess.example.com": innerPageSite(fallback(page), "Directory", {
    ...area,
    kind: ".htaccess",
  }),
  "error.example.com": innerPageSite(errorPage, "Location", area),
  "hidden.example.com": innerPageSite(index, "Location", special, {
    kind: "Location",
    path: "/",
    directives: {},
    others: hidingLines,
  }),
} as const satisfies Record<string, OldSite>;

const hideTickets = (yaml: string) =>
  yaml.replace(/(- origin: "http:\/\/hidden\..*\n)/, "$1    hideTicket: true\n");

test("pages that Apache serves where others were asked for", async (t) => {
  const sides = await startTwoSides(t, new Map(Object.entries(sites)), hideTickets);
  const visit = (host: keyof typeof sites, target: string, ticket: TicketPlan) => {
    const ask = { target, method: "GET", httpVersion: "1.1", headers: pageHeaders } as const;
    const c: Case = { host, site: sites[host], ask, ticket, carrier: "cookie" };
    return visitOf(sides, c);
  };

  for (const kind of ["files", "location", "folder", "htaccess"] as const) {
    await t.test(`FallbackResource: only the token opens a page in ${kind}`, async () => {
      const asked = (ticket: TicketPlan) =>
        visit(`fallback-${kind}.example.com`, "/nothing-here", ticket);
      for (const ask of [sides.askModule, sides.askMigrated]) {
        assert.equal((await ask(asked(admin))).seen?.user, "ada");
        // Apache frees the redirect of such a page before it sends it, and may find it spoiled: 500.
        const { status, seen } = await ask(asked(staff));
        assert.ok([302, 307, 500].includes(status), String(status));
        assert.equal(seen, undefined);
      }
    });
  }

  await t.test("a guarded page of an error comes with 200, of which is told", async () => {
    const asked = visit("error.example.com", "/nothing-here", admin);
    const module = await sides.askModule(asked);
    const migrated = await sides.askMigrated(asked);
    assert.deepEqual([module.status, migrated.status], [404, 200]);
    const told = sides.remarks.filter((remark) => /: warning: .* with 200 /.test(remark));
    assert.equal(told.length, 1);
    assert.match(told[0] ?? "", /<Location "\/area\/show\.cgi"> Require all granted/);
  });

  await t.test("a ticket that is hidden still opens the index", async () => {
    const asked = visit("hidden.example.com", "/", admin);
    const { status, seen } = await sides.askMigrated(asked);
    assert.deepEqual([status, seen?.user, seen?.cookie], [200, "ada", ""]);
    const refused = await sides.askMigrated(visit("hidden.example.com", "/", staff));
    assert.equal(refused.status, 307);
    assert.match(refused.location ?? "", /unauth/);
  });
});

const staff = ticketWith("staff");
const admin = ticketWith("admin");

function ticketWith(token: string): TicketPlan {
  return {
    fields: [
      ["uid", "ada"],
      ["validuntil", moments.future],
      ["tokens", token],
    ],
  };
}
