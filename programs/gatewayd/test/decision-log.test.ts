import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import type { Visit } from "@countersign/gateway";
import { decideAndTell } from "../src/decision-log.ts";
import { createKept } from "../src/kept.ts";
import { openGateway } from "../src/sites.ts";
import { folderFor, settingsFrom, worldIn } from "./running.ts";
import { cookies, cookieWith, now, sample } from "./sample.ts";

async function linesFor(context: TestContext, visits: readonly Partial<Visit>[], level = "info") {
  const folder = folderFor(context);
  writeFileSync(`${folder}/k.pem`, sample.publicKey);
  const places = [1, 2, 3].map((debug) => ({ path: `/at-${debug}`, debug }));
  const settings = settingsFrom({
    http: ["unix:/run/x.sock"],
    keys: [{ file: "k.pem" }],
    sites: [{ origin: "http://wiki.example.com", noneOfTokens: ["guest"], places }],
  });
  const world = worldIn(folder, now);
  world.log.level = level;
  const { gateway } = await openGateway(settings, world, createKept());
  for (const more of visits) decideAndTell(gateway, { ...plain, ...more }, world);
  return world.lines.map((line) => JSON.parse(line));
}

const plain: Visit = {
  method: "GET",
  httpVersion: "1.1",
  scheme: "http",
  host: "wiki.example.com",
  target: "/",
  clientAddress: "192.0.2.7",
  headers: new Map([["cookie", cookies]]),
  oddHeaderNames: [],
};
const refused = { headers: new Map([["cookie", `${cookies}x`]]) };

const levels = {
  "nothing where nothing is asked for": ["/", []],
  "refusals at level 1": ["/at-1", ["log-in"]],
  "all decisions at level 2": ["/at-2", ["allow", "log-in"]],
  "all decisions at level 3": ["/at-3", ["allow", "log-in"]],
} satisfies Record<string, [string, string[]]>;

for (const [what, [target, decisions]] of Object.entries(levels)) {
  test(`writes ${what}`, async (context) => {
    const lines = await linesFor(context, [{ target }, { target, ...refused }]);
    assert.deepEqual(
      lines.map(({ decision }) => decision),
      decisions,
    );
  });
}

test("writes down every check at level 3, in order", async (context) => {
  const headers = new Map([["cookie", cookieWith({ tokens: ["guest"] })]]);
  const [line] = await linesFor(context, [{ target: "/at-3/x", headers }]);
  assert.equal(line.place, "path /at-3");
  assert.equal(line.reason, "unwanted-token");
  const { "no-ticket": found, ticket, "unwanted-token": unwanted } = line.checks;
  assert.deepEqual([found, ticket, unwanted], [true, true, false]);
  const names = Object.keys(line.checks);
  assert.ok(names.indexOf("ticket") < names.indexOf("unwanted-token"));
});

test("writes everything to a log at debug level, and once", async (context) => {
  const visits = [{}, { target: "/at-2" }, { host: "evil.example" }];
  const lines = await linesFor(context, visits, "debug");
  assert.deepEqual(
    lines.map(({ level }) => level),
    [20, 30, 20],
  );
  assert.equal(lines[2].reason, "unknown-host");
});

test("never writes a ticket, a cookie or a query, at any level", async (context) => {
  const headers = new Map([
    ["cookie", `secret-cookie=1; ${cookies}; b=2`],
    ["authorization", "Basic secret"],
  ]);
  const visits = ["/at-1", "/at-2", "/at-3", "/"].flatMap((path) =>
    ["GET", "POST"].map((method) => ({ method, target: `${path}?token=secret`, headers })),
  );
  const lines = await linesFor(context, [...visits, { ...refused, target: "/at-3?a" }], "debug");
  assert.equal(lines.length, visits.length + 1);
  assert.doesNotMatch(JSON.stringify(lines), /secret|auth_pubtkt|sig%3D|sig=|\?/);
});
