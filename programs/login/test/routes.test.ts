import assert from "node:assert/strict";
import { test } from "node:test";
import { openLogin } from "../src/open-login.ts";
import { createRoutes } from "../src/routes.ts";
import { Browser, loginWorld, origin, wiki } from "./login-world.ts";

test("every answer has the strict headers and is never stored", async (context) => {
  const { browser, answer } = await loginWorld(context);
  const visitor = browser();
  await visitor.signIn("ada", "correct horse");
  const paths = [
    "/",
    "/login",
    "/login?back=x",
    "/logout",
    "/refresh",
    "/whoami",
    "/continue",
    "/none",
    "/healthz",
  ];
  const answers = await Promise.all(paths.map((path) => visitor.get(path)));
  answers.push(
    await visitor.post("/login", {}),
    await answer(new Request(`${origin}/login`, { method: "PUT" }), "::1"),
  );
  for (const { headers } of answers) {
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("referrer-policy"), "same-origin");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("x-frame-options"), "DENY");
    assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
    const policy = headers.get("content-security-policy") ?? "";
    for (const rule of [
      "default-src 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ]) {
      assert.ok(policy.split("; ").includes(rule), rule);
    }
    assert.doesNotMatch(policy, /unsafe|\*|http/);
  }
});

test("an unknown path is 404, another method 405 with the allowed ones, HEAD is GET without a body", async (context) => {
  const { answer } = await loginWorld(context);
  const ask = (method: string, path: string) =>
    answer(new Request(origin + path, { method }), "192.0.2.7");
  assert.equal((await ask("GET", "/admin")).status, 404);
  const put = await ask("PUT", "/login");
  assert.deepEqual([put.status, put.headers.get("allow")], [405, "HEAD, GET, POST"]);
  const post = await ask("POST", "/whoami");
  assert.deepEqual([post.status, post.headers.get("allow")], [405, "HEAD, GET"]);
  const head = await ask("HEAD", "/login");
  assert.deepEqual([head.status, await head.text()], [200, ""]);
});

test("a form that is too large, or none, ends the connection", async (context) => {
  const { answer } = await loginWorld(context);
  const send = (body: URLSearchParams | string) =>
    answer(new Request(`${origin}/login`, { method: "POST", body }), "192.0.2.7");
  const large = await send(new URLSearchParams({ username: "x".repeat(20_000) }));
  assert.deepEqual([large.status, large.headers.get("connection")], [413, "close"]);
  const text = await send("username=ada");
  assert.deepEqual([text.status, text.headers.get("connection")], [415, "close"]);
});

test("when the audit log cannot be written, nobody is signed in, and visitor, monitor and operator are told", async (context) => {
  const { browser, reported } = await loginWorld(context, { audit: { file: "/dev/full" } });
  const visitor = browser();
  assert.equal((await visitor.get("/healthz")).status, 200);
  const answer = await visitor.signIn("ada", "correct horse");
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get("retry-after"), "10");
  assert.equal(visitor.cookies.has("auth_pubtkt"), false);
  assert.match(reported.join("\n"), /\/dev\/full: the audit log cannot be written/);
  assert.equal((await visitor.get("/healthz")).status, 503);
  assert.equal((await visitor.get("/login")).status, 200);
});

test("the operator is told of a failure also when the audit log fails as well", async (context) => {
  const { browser, opened, reported } = await loginWorld(context, { audit: { file: "/dev/full" } });
  const visitor = browser();
  await opened.login.backend.close();
  assert.equal((await visitor.get("/healthz")).status, 503);
  assert.match(reported[0] ?? "", /login\.db/);
  assert.match(reported[1] ?? "", /\/dev\/full/);
});

test("asking for health finds out when the audit log can be written again", async (context) => {
  const all = await loginWorld(context);
  let isFull = true;
  const write = (line: string) => {
    if (isFull) throw new Error("no space left on device");
    all.audited.push(JSON.parse(line));
  };
  const world = { ...all.world, auditOutput: { write } };
  const opened = openLogin(all.settings, world, new Uint8Array(32));
  context.after(() => opened.close());
  const visitor = new Browser(createRoutes(opened.login), origin);
  const health = async () => (await visitor.get("/healthz")).status;
  await visitor.post("/logout", {});
  assert.deepEqual([await health(), await health()], [503, 503]);
  isFull = false;
  assert.deepEqual([await health(), await health()], [503, 200]);
  assert.equal(all.audited.at(-1)?.reason, "audit-unwritable");
});

test("headers that claim another place or person change nothing", async (context) => {
  const { browser } = await loginWorld(context);
  const visitor = browser();
  const spoofed = {
    host: "evil.example",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "http",
    "x-original-url": "/whoami",
    "x-rewrite-url": "/whoami",
    "remote-user": "root",
    "x-remote-user": "root",
  };
  const page = await (await visitor.get(`/login?back=${encodeURIComponent(wiki)}`, spoofed)).text();
  assert.doesNotMatch(page, /evil|root/);
  assert.match(page, /sso\.example\.com/);
  assert.deepEqual(await (await visitor.get("/whoami", { ...spoofed, accept: "*/*" })).json(), {
    signedIn: false,
  });
});

test("a cookie header full of nonsense is nobody", async (context) => {
  const { browser } = await loginWorld(context);
  const nonsense = [
    "",
    "=",
    "%",
    "%ff",
    "a;b",
    `"`,
    "x".repeat(5000),
    "uid=ada;validuntil=9999999999;sig=",
    "%00",
  ];
  for (const value of nonsense) {
    const visitor = browser();
    visitor.cookies.set("auth_pubtkt", value);
    visitor.cookies.set("countersign_renewals", value);
    visitor.cookies.set("__Host-countersign_form", value);
    const accept = "application/json";
    assert.deepEqual(await (await visitor.get("/whoami", { accept })).json(), { signedIn: false });
    assert.equal((await visitor.get("/login")).status, 200);
    assert.equal((await visitor.get("/refresh")).headers.get("location"), "/login");
  }
});

test("the visitor's address is what trusted proxies say, among them whoever opens the unix socket", async (context) => {
  const trustedProxies = [{ address: "10.0.0.0", prefixLength: 8 }];
  const { answer, audited } = await loginWorld(context, { trustedProxies });
  const cases = [
    ["10.1.2.3", "6.6.6.6, 192.0.2.7", "192.0.2.7"],
    ["::ffff:10.1.2.3", "2001:DB8:0::7", "2001:db8::7"],
    ["203.0.113.9", "192.0.2.7", "203.0.113.9"],
    ["10.1.2.3", undefined, "10.1.2.3"],
    [undefined, "192.0.2.7", "192.0.2.7"],
    [undefined, undefined, "unknown"],
  ] as const;
  for (const [peer, forwardedFor, expected] of cases) {
    const headers = forwardedFor === undefined ? {} : { "x-forwarded-for": forwardedFor };
    const body = new URLSearchParams({ token: "none" });
    await answer(new Request(`${origin}/logout`, { method: "POST", body, headers }), peer);
    const { event, address } = audited.at(-1) ?? {};
    assert.deepEqual([event, address], ["forged-form", expected]);
  }
});
