import assert from "node:assert/strict";
import { test } from "node:test";
import type { SiteOptions, Visit } from "@countersign/gateway";
import { createBoundedWarnings } from "../src/bounded-warnings.ts";
import { knownSites, warnOfSetup } from "../src/setup-warnings.ts";
import { decisionOn, visitWith } from "./decisions.ts";
import { worldIn } from "./running.ts";
import { cookies, now } from "./sample.ts";

const origins = [
  "http://wiki.example.com",
  "https://sso.example.com:8443",
  "https://sso.example.com",
  "http://[2001:db8::1]",
];

const sites = knownSites(origins);

/** The lines that visits leave, each decided by the sample site. */
function linesFor(visits: readonly Partial<Visit>[], options: Partial<SiteOptions> = {}) {
  const { log, lines } = worldIn("/", now);
  const warnings = createBoundedWarnings(log, () => now);
  for (const more of visits) {
    const visit = { ...visitWith({}), ...more };
    const decision = decisionOn(visit, options);
    assert.notEqual(decision.kind, "allow");
    if (decision.kind !== "allow") warnOfSetup(decision, visit, { sites, warnings });
  }
  return lines.map((line) => {
    const { level, time, pid, hostname, ...rest } = JSON.parse(line);
    assert.equal(level, 40);
    return rest;
  });
}

const clientAddress = "192.0.2.7";

test("says which sites have the name that was asked for", () => {
  const anotherPort = { host: "WIKI.example.com:28500" };
  const anotherScheme = { scheme: "http", host: "sso.example.com" } as const;
  const msg = "the site of that name has another scheme or port";
  assert.deepEqual(linesFor([anotherPort, anotherScheme, { host: "[2001:DB8::1]:81" }]), [
    { asked: "http://wiki.example.com:28500", sites: [origins[0]], clientAddress, msg },
    { asked: "http://sso.example.com", sites: [origins[1], origins[2]], clientAddress, msg },
    { asked: "http://[2001:db8::1]:81", sites: [origins[3]], clientAddress, msg },
  ]);
});

test("says how many sites there are when none has the name", () => {
  assert.deepEqual(linesFor([{ host: "wiki.example.org" }]), [
    { asked: "http://wiki.example.org", sites: 4, clientAddress, msg: "no site has that name" },
  ]);
});

test("shows little of a host that is no name, and nothing that a terminal obeys", () => {
  const [line] = linesFor([{ host: `\u001b[2J\u202e\n${"a".repeat(5000)}` }]);
  assert.match(line.asked, /^http:\/\/\?\[2J\?\?a{80,100}…$/);
});

test("says why signing in does not help, and neither path nor query nor cookies", () => {
  const headers = new Map([
    ["accept", "text/html"],
    ["cookie", `${cookies}x`],
  ]);
  const visit = { ...visitWith({}), headers, target: "/secret?secret=1" };
  const { log, lines } = worldIn("/", now);
  const warnings = createBoundedWarnings(log, () => now);
  const answer = { status: 403, headers: [], body: "" };
  const loop = { kind: "loop", reason: "bad-signature", answer } as const;
  for (let times = 0; times < 3; times++) warnOfSetup(loop, visit, { sites, warnings });
  assert.equal(lines.length, 1);
  const { site, reason, because, msg } = JSON.parse(lines[0] ?? "");
  assert.deepEqual([site, reason], ["http://wiki.example.com", "bad-signature"]);
  assert.match(because, /signature/);
  assert.match(msg, /again and again/);
  assert.doesNotMatch(lines.join(), /secret|auth_pubtkt/);
});

test("is silent about visitors who simply may not pass", () => {
  const visits = [{}, { method: "get" }, { target: "/%" }, { target: "/a%2fb" }];
  assert.deepEqual(linesFor(visits, { places: [{ path: "/a" }] }), []);
});
