import assert from "node:assert/strict";
import { test } from "node:test";
import { describeProblem, parseSettings } from "@countersign/settings";
import { loginSettings } from "../src/settings.ts";

const minimal = {
  listen: '"127.0.0.1:8400"',
  publicUrl: "https://sso.example.com",
  database: "./login.db",
  signingKey: "{ file: ./ticket.pem }",
  sites: '[ "https://*.example.com" ]',
  cookie: "{ domain: example.com }",
};

function parse(changes: Record<string, string>) {
  const lines = Object.entries({ ...minimal, ...changes }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return parseSettings(loginSettings, { name: "login.yaml", text: lines.join("\n") });
}

test("few settings suffice, and the rest is safe", () => {
  const parsed = parse({});
  assert.ok(parsed.ok);
  const { cookie, ticket, trustedProxies, audit, throttle } = parsed.settings;
  assert.deepEqual(cookie, { name: "auth_pubtkt", domain: "example.com", secure: true });
  assert.deepEqual(ticket, {
    lifetimeSeconds: 28800,
    graceSeconds: 3600,
    maxSignInSeconds: 86400,
    bindClientAddress: false,
  });
  assert.deepEqual(trustedProxies, []);
  assert.equal(audit, "stdout");
  assert.deepEqual(throttle.perUser, { attempts: 10, windowSeconds: 900 });
});

const local = {
  publicUrl: "http://sso.demo.localhost:8400",
  sites: '[ "http://*.demo.localhost:8401" ]',
};

for (const [what, changes] of Object.entries({
  "no Secure cookie on a name under localhost": {
    ...local,
    cookie: "{ domain: demo.localhost, secure: false }",
  },
  "no Secure cookie on a loopback address": {
    publicUrl: "http://127.0.0.1:8400",
    sites: '[ "http://127.0.0.1:8401" ]',
    cookie: "{ secure: false }",
  },
  "a Secure cookie on localhost, which browsers keep": {
    ...local,
    cookie: "{ domain: demo.localhost }",
  },
  "a cookie for one host alone": {
    sites: '[ "https://sso.example.com:8443" ]',
    cookie: "{ name: __Host-ticket }",
  },
  "one limit changed, the others as they were": { throttle: "{ perUser: { attempts: 3 } }" },
})) {
  test(`takes ${what}`, () => assert.equal(parse(changes).ok, true));
}

const refused = {
  "a cookie that would travel in the clear": [
    { cookie: "{ domain: example.com, secure: false }" },
    "cookie.secure",
  ],
  "plain HTTP in public": [
    { publicUrl: "http://sso.example.com", sites: '[ "http://*.example.com" ]' },
    "publicUrl",
  ],
  "a public suffix": [{ cookie: "{ domain: com }" }, "cookie.domain"],
  "a domain of someone else": [
    { sites: '[ "https://*.example.org" ]', cookie: "{ domain: example.org }" },
    "cookie.domain",
  ],
  "a domain that only ends alike": [
    { sites: '[ "https://*.o.example.com" ]', cookie: "{ domain: o.example.com }" },
    "cookie.domain",
  ],
  "localhost as a domain, which browsers refuse": [
    { ...local, cookie: "{ domain: localhost }" },
    "cookie.domain",
  ],
  "a site that the cookie never reaches": [{ sites: '[ "https://wiki.example.org" ]' }, "sites[0]"],
  "no site": [{ sites: "[]" }, "sites"],
  "a whole top-level domain as sites": [{ sites: '[ "https://*.com" ]' }, "sites[0]"],
  "a grace period longer than half the lifetime": [
    { ticket: "{ lifetimeSeconds: 600, graceSeconds: 301 }" },
    "ticket.graceSeconds",
  ],
  "everyone as a trusted proxy": [{ trustedProxies: '[ "0.0.0.0/0" ]' }, "trustedProxies[0]"],
  "the key itself in place of its file": [{ signingKey: "hunter2" }, "signingKey"],
  "a __Host- cookie with a domain": [
    { cookie: "{ name: __Host-t, domain: example.com }" },
    "cookie.name",
  ],
  "a misspelled setting": [{ tickets: "{}" }, "tickets"],
} as const;

for (const [what, [changes, setting]] of Object.entries(refused)) {
  test(`refuses ${what}, and names ${setting}`, () => {
    const parsed = parse(changes);
    assert.ok(!parsed.ok);
    assert.deepEqual(
      parsed.problems.map((problem) => problem.setting),
      [setting],
    );
    for (const problem of parsed.problems) {
      assert.match(describeProblem(problem), /^login\.yaml:\d+:\d+: /);
      assert.doesNotMatch(describeProblem(problem), /hunter2/);
    }
  });
}

test("tells every problem at once", () => {
  const parsed = parse({ listen: "8400", database: "7", sites: '[ "wiki" ]' });
  assert.equal(!parsed.ok && parsed.problems.length, 3);
});
