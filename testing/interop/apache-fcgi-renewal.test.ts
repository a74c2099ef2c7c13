import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  verificationKeyOf,
} from "@countersign/ticket";
import { createClock } from "../kit/clock.ts";
import { startLoginServer } from "../kit/login-server.ts";
import { freeLoopbackPort } from "../kit/loopback-port.ts";
import { runGateway } from "../kit/programs.ts";
import { request } from "../kit/request.ts";
import { changeFile, prepareSite } from "../kit/site.ts";
import { createVisitor } from "../kit/visitor.ts";
import { startApache } from "../kit/web-servers.ts";
import { withPolicy } from "./changed-settings.ts";
import { readIdentity } from "./identity.ts";

const hour = 3_600;
const user = { name: "ada", password: "correct horse battery staple", tokens: ["staff"] };

test("in the grace period Apache brings the new ticket along, and sends nobody away", async (t) => {
  const { visitor, whoami, inGrace, renewals } = await startSignedIn(t);
  assert.deepEqual((await visitor.open(whoami)).setCookies, []);
  inGrace();
  const old = visitor.cookies.find("auth_pubtkt");
  const page = await visitor.open(whoami);
  assert.deepEqual(page.way, [whoami]);
  assert.equal(readIdentity(page.body)?.user, "ada");
  const renewed = visitor.cookies.find("auth_pubtkt");
  assert.notEqual(renewed?.value, old?.value);
  assert.deepEqual({ ...renewed, value: "" }, { ...old, value: "" });
  assert.equal(renewals(), 1);
  assert.deepEqual((await visitor.open(whoami)).setCookies, []);
  assert.equal(renewals(), 1);
});

test("fifty requests at once with the old ticket are let in, and ask once for one new ticket", async (t) => {
  const { cookie, ask, inGrace, renewals } = await startSignedIn(t);
  inGrace();
  const headers = { cookie: cookie() };
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask({ headers })));
  assert.ok(answers.every(({ body }) => readIdentity(body)?.user === "ada"));
  assert.equal(renewals(), 1);
  const later = await ask({ headers, method: "POST" });
  const given = new Set([...answers, later].flatMap(({ setCookies }) => setCookies));
  assert.equal(given.size, 1, [...given].join("\n"));
  assert.match([...given].join(), /^auth_pubtkt=/);
  assert.equal(renewals(), 1);
});

test("no cache may hand the new ticket to somebody else, be it that of a picture", async (t) => {
  const { cookie, ask, inGrace } = await startSignedIn(t);
  const headers = { cookie: cookie() };
  assert.equal((await ask({ path: "/index.html", headers })).headers["cache-control"], "private");
  inGrace();
  const renewed = await ask({ path: "/index.html", headers });
  assert.match(renewed.setCookies.join(), /^auth_pubtkt=/);
  assert.equal(renewed.headers["cache-control"], "no-store");
});

test("programs renew as well", async (t) => {
  const { cookie, ask, inGrace } = await startSignedIn(t);
  inGrace();
  const program = { cookie: cookie(), accept: "application/json" };
  assert.match((await ask({ headers: program })).setCookies.join(), /^auth_pubtkt=/);
});

test("without the login server visitors pass with the old ticket until it ends", async (t) => {
  const { cookie, ask, inGrace, atEnd, login } = await startSignedIn(t);
  inGrace();
  await login.stop();
  const headers = { cookie: cookie() };
  for (const method of ["GET", "POST", "GET"]) {
    const { status, body, setCookies } = await ask({ headers, method });
    assert.equal(status, 200);
    assert.equal(readIdentity(body)?.user, "ada");
    assert.deepEqual(setCookies, []);
  }
  atEnd();
  assert.equal((await ask({ headers })).status, 307);
});

test("a place that somebody may not see renews no ticket", async (t) => {
  const { cookie, ask, inGrace, renewals } = await startSignedIn(t);
  inGrace();
  const answer = await ask({ path: "/admin/", headers: { cookie: cookie() } });
  assert.equal(answer.status, 307);
  assert.deepEqual(answer.setCookies, []);
  assert.equal(renewals(), 0);
});

/** A login server, Apache with gatewayd, and somebody who has signed in. */
async function startSignedIn(t: TestContext) {
  const { now, advance } = createClock(1_800_000_000);
  const privateKey = generatePrivateKeyPem("rsa");
  const publicKey = exportPublicPem(verificationKeyOf(importPrivateKey(privateKey)));
  const port = await freeLoopbackPort();
  const loginOrigin = `http://sso.demo.localhost:${port}`;
  const site = await prepareSite(t, {
    example: "apache-fcgi",
    host: "files.demo.localhost",
    publicKey,
    loginOrigin,
  });
  // Whether names below localhost are known differs from system to system.
  const refreshUrl = `http://127.0.0.1:${port}/refresh`;
  changeFile(site, "gateway.yaml", `${loginOrigin}/refresh`, refreshUrl);
  const settingsFile = join(site.folder, "gateway.yaml");
  const settings = withPolicy(readFileSync(settingsFile, "utf8"), { renewInPlace: true });
  writeFileSync(settingsFile, settings);

  const times = { lifetimeSeconds: 2 * hour, graceSeconds: hour };
  const people = { users: [user], sites: [site.origin] };
  const login = await startLoginServer(t, { port, privateKey, ...people, ...times }, now);
  await runGateway(t, { settingsFile, now });
  await startApache(t, site);

  const visitor = createVisitor();
  const form = await visitor.open(`${loginOrigin}/login`);
  await visitor.submit(form, { username: user.name, password: user.password });
  return {
    login,
    visitor,
    whoami: `${site.origin}/cgi/whoami`,
    cookie: () => `auth_pubtkt=${visitor.cookies.find("auth_pubtkt")?.value}`,
    inGrace: () => advance(1.5 * hour),
    atEnd: () => advance(0.5 * hour + 1),
    renewals: () => login.log().match(/"event":"renewal"/g)?.length ?? 0,
    ask: (asking: {
      readonly path?: string;
      readonly method?: string;
      readonly headers: Readonly<Record<string, string>>;
    }) => {
      const { path = "/cgi/whoami", method = "GET" } = asking;
      const headers = { accept: "text/html", ...asking.headers };
      const host = `${site.host}:${site.port}`;
      return request({ port: site.port, host, path, method, headers });
    },
  };
}
