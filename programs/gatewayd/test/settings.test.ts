import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSettings } from "@countersign/settings";
import { gatewaySettings } from "../src/settings.ts";

const least = {
  http: ["unix:/run/countersign/gateway.sock"],
  keys: [{ file: "ticket.pub.pem" }],
  sites: [{ origin: "https://wiki.example.com" }],
};

function problemsOf(value: object): string[] {
  const parsed = parseSettings(gatewaySettings, { name: "g", text: JSON.stringify(value) });
  return parsed.ok ? [] : parsed.problems.map(({ setting }) => setting);
}

test("needs a listener, a key and a site", () => {
  assert.deepEqual(problemsOf(least), []);
  assert.deepEqual(problemsOf({ ...least, http: [] }), ["http"]);
  assert.deepEqual(problemsOf({ ...least, keys: [] }), ["keys"]);
  assert.deepEqual(problemsOf({ ...least, sites: [] }), ["sites"]);
});

test("fills in what is left out", () => {
  const parsed = parseSettings(gatewaySettings, { name: "g", text: JSON.stringify(least) });
  assert.ok(parsed.ok);
  const { socketMode, trustedProxies, limits, sites } = parsed.settings;
  assert.deepEqual([socketMode, trustedProxies], ["0660", []]);
  assert.deepEqual(limits, { connections: 1024, headerBytes: 16_384 });
  assert.deepEqual(sites[0], {
    origin: "https://wiki.example.com",
    cookieName: "auth_pubtkt",
    places: [],
  });
});

test("needs to know whom to believe on TCP", () => {
  const onTcp = { ...least, http: ["127.0.0.1:8403"] };
  assert.deepEqual(problemsOf(onTcp), ["trustedProxies"]);
  assert.deepEqual(problemsOf({ ...onTcp, trustedProxies: ["127.0.0.1"] }), []);
  assert.deepEqual(problemsOf({ ...onTcp, trustedProxies: ["0.0.0.0/0"] }), ["trustedProxies[0]"]);
});

const wrong = {
  "a path with a slash at its end": [{ places: [{ path: "/admin/" }] }, "sites[0].places[0].path"],
  "a path that servers resolve": [{ places: [{ path: "/a/../b" }] }, "sites[0].places[0].path"],
  "a path twice": [{ places: [{ path: "/a" }, { path: "/a" }] }, "sites[0].places[1].path"],
  "a path and its capitals": [
    { places: [{ path: "/a" }, { path: "/A" }] },
    "sites[0].places[1].path",
  ],
  "an address without a scheme": [{ loginUrl: "sso.example.com/login" }, "sites[0].loginUrl"],
  "an address with a fragment": [{ refreshUrl: "https://sso/#a" }, "sites[0].refreshUrl"],
  "a token with a comma": [{ anyOfTokens: ["a,b"] }, "sites[0].anyOfTokens[0]"],
  "a misspelled setting": [{ anyOfToken: ["a"] }, "sites[0].anyOfToken"],
  "a cookie name with a semicolon": [{ cookieName: "a;b" }, "sites[0].cookieName"],
  "another compatibility": [{ compatibility: "everything" }, "sites[0].compatibility"],
} satisfies Record<string, [object, string]>;

for (const [what, [site, setting]] of Object.entries(wrong)) {
  test(`refuses ${what}`, () => {
    assert.deepEqual(problemsOf({ ...least, sites: [{ ...least.sites[0], ...site }] }), [setting]);
  });
}

test("refuses two sites with one origin, however it is spelled", () => {
  const sites = [{ origin: "https://a.example" }, { origin: "https://A.example:443" }];
  assert.deepEqual(problemsOf({ ...least, sites }), ["sites[1].origin"]);
});

test("refuses a file mode that is no file mode", () => {
  for (const socketMode of ["660x", "999", "rw-rw----", 660]) {
    assert.deepEqual(problemsOf({ ...least, socketMode }), ["socketMode"]);
  }
});
