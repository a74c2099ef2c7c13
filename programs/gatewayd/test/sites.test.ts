import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Allow, identityHeaders, type Visit } from "@countersign/gateway";
import {
  allowLegacySignatures,
  createIssuer,
  encodeTicket,
  encryptBasicAuth,
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  type SigningKey,
  type TicketFields,
  verificationKeyOf,
} from "@countersign/ticket";
import { createKept } from "../src/kept.ts";
import { openGateway } from "../src/sites.ts";
import { folderFor, settingsFrom } from "./running.ts";
import { now } from "./sample.ts";

const sha256 = importPrivateKey(generatePrivateKeyPem("rsa"));
const old = importPrivateKey(generatePrivateKeyPem("rsa"), {
  digest: "sha1",
  legacy: allowLegacySignatures,
});
const keyFiles = { "new.pem": sha256, "old.pem": old };
const secret = "0123456789abcdef";

function folderWithKeys(context: TestContext): string {
  const folder = folderFor(context);
  for (const [name, key] of Object.entries(keyFiles)) {
    writeFileSync(join(folder, name), exportPublicPem(verificationKeyOf(key)));
  }
  writeFileSync(join(folder, "private.pem"), generatePrivateKeyPem("ed25519"));
  writeFileSync(join(folder, "rsa.pem"), generatePrivateKeyPem("rsa"));
  writeFileSync(join(folder, "bauth.key"), `${secret}\n`);
  return folder;
}

function settingsWith(keys: object[], sites: object[], more: object = {}) {
  return settingsFrom({ http: ["unix:/tmp/x.sock"], keys, sites, ...more });
}

function visitTo(host: string, key: SigningKey, more: Partial<Visit & TicketFields> = {}): Visit {
  const { target = "/", method = "GET", clientAddress = "192.0.2.7", ...fields } = more;
  const ticket = createIssuer(key).issue({ uid: "ada", validUntil: now + 100, ...fields });
  return {
    method,
    httpVersion: "1.1",
    scheme: "http",
    host,
    target,
    clientAddress,
    headers: new Map([["cookie", `auth_pubtkt=${encodeTicket(ticket)}`]]),
    oddHeaderNames: [],
  };
}

const bothKeys = [{ file: "new.pem" }, { file: "old.pem", digest: "sha1" }];
const strict = { origin: "http://strict.example.com" };
const lenient = { origin: "http://old.example.com", compatibility: "mod_auth_pubtkt" };

for (const entries of [100, 100_000]) {
  test(`accepts SHA-1 only where a site says so, with ${entries} cached tickets`, async (context) => {
    const settings = settingsWith(bothKeys, [strict, lenient], { cache: { entries } });
    const world = { baseFolder: folderWithKeys(context) };
    const { gateway } = await openGateway(settings, world, createKept());
    const kinds = (host: string, key: SigningKey) => gateway.decide(visitTo(host, key), now).kind;
    // Twice, since what one site has verified must not let it into the other from the cache.
    for (const _ of [1, 2]) {
      assert.equal(kinds("old.example.com", old), "allow");
      assert.equal(kinds("strict.example.com", old), "log-in");
      assert.equal(kinds("old.example.com", sha256), "allow");
      assert.equal(kinds("strict.example.com", sha256), "allow");
    }
  });
}

test("trusts in each place the keys that it names, and below it too", async (context) => {
  const site = { origin: "http://a.example", places: [{ path: "/other", keys: [bothKeys[1]] }] };
  const settings = settingsWith(
    [bothKeys[0] ?? {}],
    [
      { ...site, compatibility: "mod_auth_pubtkt" },
      { ...strict, keys: [bothKeys[0]] },
    ],
  );
  const world = { baseFolder: folderWithKeys(context) };
  const { gateway } = await openGateway(settings, world, createKept());
  const kinds = (target: string, key: SigningKey) =>
    gateway.decide(visitTo("a.example", key, { target }), now).kind;
  for (const _ of [1, 2]) {
    assert.deepEqual([kinds("/", sha256), kinds("/", old)], ["allow", "log-in"]);
    assert.deepEqual([kinds("/other/x", sha256), kinds("/other/x", old)], ["log-in", "allow"]);
  }
});

test("does what places say of methods, networks and arguments", async (context) => {
  const places = [
    { path: "/", methods: ["DELETE"], anyOfTokens: ["admin"] },
    { path: "/", networks: ["192.0.2.0/24"], access: "public" },
    { exactPath: "/x", arguments: { a: "1" }, users: ["bob"] },
  ];
  const settings = settingsWith(bothKeys, [{ origin: "http://a.example", places }]);
  const world = { baseFolder: folderWithKeys(context) };
  const { gateway } = await openGateway(settings, world, createKept());
  const known = (more: Partial<Visit>) => {
    const clientAddress = "198.51.100.1";
    const decision = gateway.decide(visitTo("a.example", sha256, { clientAddress, ...more }), now);
    return decision.kind === "allow" ? decision.ticket?.uid : decision.reason;
  };
  assert.equal(known({}), "ada");
  assert.equal(known({ method: "DELETE" }), "no-token");
  assert.equal(known({ clientAddress: "192.0.2.9" }), undefined);
  assert.equal(known({ target: "/x?a=1" }), "other-user");
  assert.equal(known({ target: "/x?a=2" }), "ada");
});

test("tells applications what the site says, and signs it with the key that it names", async (context) => {
  const site = {
    origin: "http://a.example",
    identityHeaders: { user: "X-User" },
    assertion: true,
    basicAuth: "ticket",
    basicAuthKey: { file: "bauth.key" },
    hideTicket: true,
  };
  const assertion = { key: { file: "private.pem" }, header: "X-Proof", issuer: "me" };
  const settings = settingsWith(bothKeys, [site], { assertion });
  const world = { baseFolder: folderWithKeys(context) };
  const { gateway, jwks } = await openGateway(settings, world, createKept());
  const basicAuth = encryptBasicAuth("ada:pw", secret, new Uint8Array(16).fill(7));
  const allow = gateway.decide(visitTo("a.example", sha256, { basicAuth }), now) as Allow;
  const headers = identityHeaders(allow);
  const said = (name: string) => headers[headers.indexOf(name) + 1] ?? "";
  assert.equal(said("X-User"), "ada");
  assert.equal(said("Remote-User-Tokens"), "");
  assert.equal(said("Authorization"), `Basic ${btoa("ada:pw")}`);
  assert.equal(said("Cookie"), "");
  const claims = JSON.parse(atob(said("X-Proof").split(".")[1] ?? ""));
  assert.deepEqual([claims.sub, claims.iss, claims.exp], ["ada", "me", now + 60]);
  const [key] = JSON.parse(jwks ?? "").keys;
  assert.deepEqual([key.kty, key.alg, key.use, key.d], ["OKP", "EdDSA", "sig", undefined]);
});

test("publishes no keys where there are none", async (context) => {
  const world = { baseFolder: folderWithKeys(context) };
  const { jwks } = await openGateway(settingsWith(bothKeys, [strict]), world, createKept());
  assert.equal(jwks, undefined);
});

test("counts redirects on over a reload, and over processes with the same key", async (context) => {
  const site = { origin: "http://a.example", loginUrl: "https://sso.example.com/login" };
  const world = { baseFolder: folderWithKeys(context), environment: { LOOP: "k".repeat(32) } };
  const kept = createKept();
  const shared = { loopKey: { environment: "LOOP" } };
  const headers = new Map([["accept", "text/html"]]);
  async function reasonsOverRestarts(more: object, keptAt: (round: number) => typeof kept) {
    let target = "/";
    const kinds: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const settings = settingsWith(bothKeys, [site], more);
      const { gateway } = await openGateway(settings, world, keptAt(round));
      const decision = gateway.decide({ ...visitTo("a.example", old), headers, target }, now);
      kinds.push(decision.kind);
      if (decision.kind !== "log-in") break;
      const [, location = ""] = decision.answer.headers.find(([name]) => name === "Location") ?? [];
      const back = new URL(new URL(location).searchParams.get("back") ?? "");
      target = back.pathname + back.search;
    }
    return kinds;
  }
  const circle = ["log-in", "log-in", "log-in", "loop"];
  assert.deepEqual(await reasonsOverRestarts({}, () => kept), circle);
  assert.deepEqual(await reasonsOverRestarts(shared, createKept), circle);
  assert.deepEqual(await reasonsOverRestarts({}, createKept), Array(4).fill("log-in"));
});

test("tells nothing in a place that takes the assertion back", async (context) => {
  const places = [
    { path: "/quiet", assertion: false },
    { path: "/quiet/loud", assertion: true },
  ];
  const site = { origin: "http://a.example", assertion: true, places };
  const more = { assertion: { key: { file: "private.pem" } } };
  const world = { baseFolder: folderWithKeys(context) };
  const settings = settingsWith(bothKeys, [site], more);
  const { gateway } = await openGateway(settings, world, createKept());
  const told = (target: string) => {
    const decision = gateway.decide(visitTo("a.example", sha256, { target }), now);
    return decision.kind === "allow" && decision.assertion !== undefined;
  };
  assert.deepEqual(["/", "/quiet", "/quiet/loud"].map(told), [true, false, true]);
});

const withKey = (file: string) => ({ ...strict, basicAuth: "ticket", basicAuthKey: { file } });
const assertedBy = (file: string) => ({ assertion: { key: { file } } });
const failing = {
  "unreadable-key": [[{ file: "missing.pem" }], [strict], {}],
  "bad-key": [[{ file: "private.pem" }], [strict], {}],
  "no-usable-key": [[{ file: "old.pem", digest: "sha1" }], [lenient, strict], {}],
  "unreadable-secret": [bothKeys, [withKey("missing.key")], {}],
  "bad-secret": [bothKeys, [withKey("new.pem")], {}],
} satisfies Record<string, [object[], object[], object]>;

for (const [code, [keys, sites, more]] of Object.entries(failing)) {
  test(`does not start: ${code}`, async (context) => {
    const world = { baseFolder: folderWithKeys(context) };
    const opening = openGateway(settingsWith(keys, sites, more), world, createKept());
    await assert.rejects(opening, { name: "GatewayError", code });
  });
}

for (const [what, file] of [
  ["a public key", "new.pem"],
  ["a key of another kind", "rsa.pem"],
] as const) {
  test(`signs assertions with no ${what}`, async (context) => {
    const world = { baseFolder: folderWithKeys(context) };
    const settings = settingsWith(bothKeys, [strict], assertedBy(file));
    await assert.rejects(openGateway(settings, world, createKept()), {
      code: "bad-key",
      message: /^assertion\.key: /,
    });
  });
}

test("needs a loop key of 32 bytes", async (context) => {
  const world = { baseFolder: folderWithKeys(context), environment: { LOOP: "short" } };
  const settings = settingsWith(bothKeys, [strict], { loopKey: { environment: "LOOP" } });
  await assert.rejects(openGateway(settings, world, createKept()), { code: "bad-secret" });
});
