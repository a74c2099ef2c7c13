import assert from "node:assert/strict";
import { test } from "node:test";
import { describeProblem, parseSettings, referencePageOf } from "@countersign/settings";
import fc from "fast-check";
import { gatewaySettings } from "../src/settings.ts";
import { settingsFrom } from "./running.ts";

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

test("needs no site for session IDs alone", () => {
  const { http } = least;
  assert.deepEqual(problemsOf({ http }), ["sites"]);
  assert.deepEqual(problemsOf({ http, tcpcrypt: {} }), []);
  const { tcpcrypt } = settingsFrom({ http, tcpcrypt: {} });
  const socket = "/run/tcpcryptd/tcpcrypt.sock";
  assert.deepEqual(tcpcrypt, { socket, timeoutMilliseconds: 250 });
  assert.equal(settingsFrom(least).tcpcrypt, undefined);
});

test("needs no keys of its own where every site has some", () => {
  const [site] = least.sites;
  const own = { ...site, keys: [{ file: "own.pem" }] };
  assert.deepEqual(problemsOf({ http: least.http, sites: [own] }), []);
  const other = { origin: "https://other.example.com" };
  assert.deepEqual(problemsOf({ http: least.http, sites: [own, other] }), ["keys"]);
});

test("fills in what is left out", () => {
  const { socketMode, trustedProxies, limits, sites, tests } = settingsFrom(least);
  assert.deepEqual([socketMode, trustedProxies, tests], ["0660", [], []]);
  assert.deepEqual(limits, {
    connections: 1024,
    headerBytes: 16_384,
    requestsPerConnection: 100_000,
    firstByteSeconds: 5,
    requestSeconds: 10,
    idleSeconds: 75,
    stopSeconds: 5,
  });
  assert.deepEqual(sites[0], { origin: "https://wiki.example.com", places: [] });
});

test("takes every setting of a site and of its places", () => {
  const policy = {
    keys: [{ file: "k.pem", digest: "sha512" }],
    access: "optional",
    requireTls: true,
    requireMultifactor: true,
    requireBoundTicket: true,
    maxSignInAgeSeconds: 600,
    anyOfTokens: ["a"],
    allOfTokens: ["b"],
    noneOfTokens: ["c"],
    users: ["ada", "zoë"],
    cookieName: "ticket",
    ticketHeaders: ["Cookie", "X-Ticket"],
    loginUrl: "https://sso.example.com/login",
    timeoutUrl: "https://sso.example.com/timeout",
    postTimeoutUrl: "https://sso.example.com/post",
    refreshUrl: "https://sso.example.com/refresh",
    unauthorisedUrl: "https://sso.example.com/right",
    badAddressUrl: "https://sso.example.com/address",
    multifactorUrl: "https://sso.example.com/factor",
    backArgument: "return",
    answerWith: "problems",
    corsOrigins: ["https://app.example.com"],
    preflight: "answer",
    basicAuth: "ticket",
    basicAuthKey: { file: "bauth.key" },
    hideTicket: true,
    assertion: true,
    renewInPlace: true,
    cacheSeconds: 10,
    debug: 3,
  };
  const site = {
    origin: "https://wiki.example.com",
    compatibility: "mod_auth_pubtkt",
    strictPaths: true,
    loopBreaker: false,
    identityHeaders: { user: "X-User", tokens: "X-Groups", data: "X-Data", type: "X-Type" },
    ...policy,
    places: [
      { path: "/admin", ...policy },
      { exactPath: "/status", access: "public" },
      { pattern: "/users/*/photo", methods: ["GET"], networks: ["10.0.0.0/8"] },
      { path: "/admin", arguments: { action: "delete" }, ...policy },
    ],
  };
  const assertion = { key: { environment: "KEY" }, issuer: "https://wiki.example.com" };
  const [known] = settingsFrom({ ...least, assertion, sites: [site] }).sites;
  const { networks } = known?.places[2] ?? {};
  assert.deepEqual(networks, [{ address: "10.0.0.0", prefixLength: 8 }]);
  const { places: _, ...own } = site;
  const { places, ...rest } = known ?? {};
  assert.deepEqual(rest, own);
  assert.deepEqual(places?.[0], site.places[0]);
});

const directives =
  "PublicKey Digest LoginURL TimeoutURL PostTimeoutURL UnauthURL BadIPURL RefreshURL MultifactorURL Header CookieName BackArgName RequireSSL Token FakeBasicAuth PassthruBasicAuth PassthruBasicKey RequireMultifactor Debug";

test("has a setting for every directive of mod_auth_pubtkt, which its reference names", () => {
  const page = referencePageOf(gatewaySettings, { title: "x", intro: "" });
  for (const directive of directives.split(" ")) {
    assert.match(page, new RegExp(`sites\\[\\]\\.places\\[\\].*\\(TKTAuth${directive}\\)`));
  }
});

test("needs to know whom to believe on TCP", () => {
  const onTcp = { ...least, http: ["127.0.0.1:8403"] };
  assert.deepEqual(problemsOf(onTcp), ["trustedProxies"]);
  assert.deepEqual(problemsOf({ ...onTcp, trustedProxies: ["127.0.0.1"] }), []);
  assert.deepEqual(problemsOf({ ...onTcp, trustedProxies: ["0.0.0.0/0"] }), ["trustedProxies[0]"]);
});

test("believes no large part of the Internet, be it said in many ranges", () => {
  const eighths = Array.from({ length: 16 }, (_, index) => `${index + 1}.0.0.0/8`);
  assert.deepEqual(problemsOf({ ...least, trustedProxies: eighths }), ["trustedProxies"]);
  assert.deepEqual(problemsOf({ ...least, trustedProxies: eighths.slice(1) }), []);
});

test("listens on what systemd opened", () => {
  const { http } = settingsFrom({ ...least, http: ["systemd:gateway.http"] });
  assert.deepEqual(http, [{ kind: "systemd", name: "gateway.http" }]);
  for (const name of ["", "a:b", "a b"]) {
    assert.deepEqual(problemsOf({ ...least, http: [`systemd:${name}`] }), ["http[0]"]);
  }
});

const key = { file: "k" };
const refresh = { refreshUrl: "https://sso.example.com/refresh" };
const wrong = {
  "a path with a slash at its end": [{ places: [{ path: "/admin/" }] }, "places[0].path"],
  "a path that servers resolve": [{ places: [{ path: "/a/../b" }] }, "places[0].path"],
  "a path twice": [{ places: [{ path: "/a" }, { path: "/a" }] }, "places[1].path"],
  "a path and its capitals": [{ places: [{ path: "/a" }, { path: "/A" }] }, "places[1].path"],
  "an exact path twice": [
    { places: [{ exactPath: "/a" }, { exactPath: "/a" }] },
    "places[1].exactPath",
  ],
  "capitals of a path, whatever its conditions": [
    { places: [{ path: "/a" }, { path: "/A", methods: ["GET"] }] },
    "places[1].path",
  ],
  "a place that is nowhere": [{ places: [{ requireTls: true }] }, "places[0]"],
  "a place in two ways": [{ places: [{ path: "/a", pattern: "/a/*" }] }, "places[0].pattern"],
  "a pattern with half a segment of any segments": [
    { places: [{ pattern: "/a**" }] },
    "places[0].pattern",
  ],
  "a method in small letters": [
    { places: [{ path: "/a", methods: ["get"] }] },
    "places[0].methods[0]",
  ],
  "an address without a scheme": [{ loginUrl: "sso.example.com/login" }, "loginUrl"],
  "an address with a fragment": [{ refreshUrl: "https://sso/#a" }, "refreshUrl"],
  "a token with a comma": [{ anyOfTokens: ["a,b"] }, "anyOfTokens[0]"],
  "a misspelled setting": [{ anyOfToken: ["a"] }, "anyOfToken"],
  "a cookie name with a semicolon": [{ cookieName: "a;b" }, "cookieName"],
  "a header's name with an underscore": [{ ticketHeaders: ["X_Ticket"] }, "ticketHeaders[0]"],
  "another compatibility": [{ compatibility: "everything" }, "compatibility"],
  "a debug level that does not exist": [{ debug: 4 }, "debug"],
  "a key that nothing is decrypted with": [{ basicAuthKey: key }, "basicAuthKey"],
  "a key for credentials that are made up": [
    { basicAuth: "fake", basicAuthKey: key },
    "basicAuthKey",
  ],
  "a key that a place does not use": [
    { basicAuth: "ticket", places: [{ path: "/a", basicAuth: "fake", basicAuthKey: key }] },
    "places[0].basicAuthKey",
  ],
  "a secret in place of its source": [
    { basicAuth: "ticket", basicAuthKey: "0123456789abcdef" },
    "basicAuthKey",
  ],
  "renewal in place with nobody to ask": [{ renewInPlace: true }, "renewInPlace"],
  "an assertion without a key": [{ assertion: true }, "assertion"],
  "two facts in one header": [
    { identityHeaders: { user: "X-A", tokens: "x-a" } },
    "identityHeaders.tokens",
  ],
  "identity in place of the cookies": [
    { identityHeaders: { user: "Cookie" } },
    "identityHeaders.user",
  ],
} satisfies Record<string, [object, string]>;

for (const [what, [site, setting]] of Object.entries(wrong)) {
  test(`refuses ${what}`, () => {
    const sites = [{ ...least.sites[0], ...site }];
    assert.deepEqual(problemsOf({ ...least, sites }), [`sites[0].${setting}`]);
  });
}

const right = {
  "one path for several methods": {
    places: [
      { path: "/a", methods: ["GET"] },
      { path: "/a", methods: ["POST"] },
    ],
  },
  "one path as a whole and with conditions": {
    places: [{ path: "/a" }, { path: "/a", arguments: { a: "b" } }, { exactPath: "/a" }],
  },
  "a key in the site for a place that uses it": {
    basicAuthKey: key,
    places: [{ path: "/a", basicAuth: "ticket" }],
  },
  "a key in a place of a site that uses it": {
    basicAuth: "ticket",
    places: [{ path: "/a", basicAuthKey: key }],
  },
  "renewal in a place of a site that has an address for it": {
    ...refresh,
    places: [{ path: "/a", renewInPlace: true }],
  },
} satisfies Record<string, object>;

for (const [what, site] of Object.entries(right)) {
  test(`takes ${what}`, () => {
    assert.deepEqual(problemsOf({ ...least, sites: [{ ...least.sites[0], ...site }] }), []);
  });
}

test("keeps no answer for longer than the assertion in it is good", () => {
  const sites = [{ ...least.sites[0], assertion: true, cacheSeconds: 40 }];
  const assertion = { key, lifetimeSeconds: 60 };
  assert.deepEqual(problemsOf({ ...least, assertion, sites }), ["sites[0].cacheSeconds"]);
  assert.deepEqual(problemsOf({ ...least, assertion: { key, lifetimeSeconds: 80 }, sites }), []);
});

test("takes back in a place what the site tells, and needs no key for that", () => {
  const places = [{ path: "/a", assertion: false }];
  const sites = [{ ...least.sites[0], assertion: true, places }];
  assert.deepEqual(problemsOf({ ...least, assertion: { key }, sites }), []);
  assert.deepEqual(problemsOf({ ...least, sites: [{ ...least.sites[0], assertion: false }] }), []);
});

test("refuses two sites with one origin, however it is spelled", () => {
  const sites = [{ origin: "https://a.example" }, { origin: "https://A.example:443" }];
  assert.deepEqual(problemsOf({ ...least, sites }), ["sites[1].origin"]);
});

test("refuses a file mode that is no file mode", () => {
  for (const socketMode of ["660x", "999", "rw-rw----", 660]) {
    assert.deepEqual(problemsOf({ ...least, socketMode }), ["socketMode"]);
  }
});

test("reads visits to try out as they are written", () => {
  const visits = ["GET https://Wiki.example.com:443", "POST https://wiki.example.com/%2e?a=%00 "];
  const tests = visits.map((visit) => ({ visit: visit.trim(), expect: "log-in" }));
  const read = settingsFrom({ ...least, tests }).tests.map(({ visit }) => visit);
  const https = { scheme: "https" } as const;
  assert.deepEqual(read, [
    { ...https, method: "GET", host: "Wiki.example.com:443", target: "/" },
    { ...https, method: "POST", host: "wiki.example.com", target: "/%2e?a=%00" },
  ]);
});

const visit = "GET https://wiki.example.com/";
const wrongTests = {
  "a visit without a method": [{ visit: visit.slice(4), expect: "allow" }, "visit"],
  "a visit that is no address": [{ visit: "GET /admin", expect: "allow" }, "visit"],
  "a visit to an unknown site": [
    { visit: "GET http://wiki.example.com/", expect: "allow" },
    "visit",
  ],
  "a ticket of nobody's": [{ visit, tokens: ["a"], expect: "allow" }, "tokens"],
  "an outcome that does not exist": [{ visit, expect: "welcome" }, "expect"],
  "a reason that does not exist": [{ visit, expect: "forbid", reason: "no" }, "reason"],
  "an address of nobody's": [{ visit, expect: "forbid", address: "1.2.3" }, "address"],
} satisfies Record<string, [object, string]>;

for (const [what, [one, setting]] of Object.entries(wrongTests)) {
  test(`refuses to try out ${what}`, () => {
    assert.deepEqual(problemsOf({ ...least, tests: [one] }), [`tests[0].${setting}`]);
  });
}

test("an unknown site may be what is tried out", () => {
  const tests = [{ visit: "GET https://evil.example/", expect: "bad-request" }];
  assert.deepEqual(problemsOf({ ...least, tests }), []);
});

test("says where in the file a problem across settings is", () => {
  const text = `http: [ "unix:/run/a.sock" ]
keys: [ { file: k } ]
sites:
  - origin: https://wiki.example.com
    places:
      - path: /a
        renewInPlace: true
`;
  const parsed = parseSettings(gatewaySettings, { name: "gateway.yaml", text });
  const lines = parsed.ok ? [] : parsed.problems.map(describeProblem);
  assert.deepEqual(lines, [
    "gateway.yaml:7:23: sites[0].places[0].renewInPlace: expected false, or a refreshUrl to ask",
  ]);
});

test("whatever stands in place of any setting, finds what is wrong and throws nothing", () => {
  const whole = {
    ...least,
    proxy: [{ listen: "127.0.0.1:80", site: "https://wiki.example.com", upstream: "unix:/a" }],
    trustedProxies: ["127.0.0.1"],
    loopKey: key,
    assertion: { key },
    sites: [
      {
        ...least.sites[0],
        ...refresh,
        identityHeaders: { user: "X-A" },
        basicAuth: "ticket",
        basicAuthKey: key,
        places: [{ path: "/a", renewInPlace: true, assertion: true, arguments: { a: "b" } }],
      },
    ],
    tests: [{ visit, user: "ada", tokens: ["a"], expect: "allow" }],
    limits: { connections: 5 },
  };
  assert.deepEqual(problemsOf(whole), []);
  const paths = pathsIn(whole, []);
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
      problemsOf(replaced(whole, path, value) as object);
    }),
    { numRuns: 2000 },
  );
});

type Path = readonly (string | number)[];

function pathsIn(value: unknown, path: Path): readonly Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const below = keys.flatMap((key) => pathsIn((value as never)[key], [...path, key]));
  return path.length === 0 ? below : [path, ...below];
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const inside = replaced((value as Record<string | number, unknown>)[key], rest, by);
  if (Array.isArray(value)) return value.with(Number(key), inside);
  return { ...(value as object), [key]: inside };
}
