import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { generatePrivateKeyPem } from "@countersign/ticket";
import type { LoginSettings } from "../src/settings.ts";
import { startLogin } from "../src/start.ts";
import { defaultSettings, loginWorld } from "./login-world.ts";

async function started(context: TestContext, changes: Partial<LoginSettings> = {}) {
  const { world, audited, reported } = await loginWorld(context);
  const settings = { ...defaultSettings(), ...changes };
  const running = await startLogin(settings, world);
  context.after(() => running.stop());
  return { running, settings, world, audited, reported };
}

test("starts on a free port, signs in over HTTP, and stops", async (context) => {
  const { world, audited } = await loginWorld(context);
  const running = await startLogin(defaultSettings(), world);
  const [address = ""] = running.addresses;
  assert.match(address, /^http:\/\/127\.0\.0\.1:[1-9]\d*$/);

  const shown = await fetch(`${address}/login?back=https://wiki.example.com/`);
  assert.equal(shown.status, 200);
  const cookie = shown.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const token = /name="token" value="([^"]+)"/.exec(await shown.text())?.[1] ?? "";
  const answer = await fetch(`${address}/login`, {
    method: "POST",
    body: new URLSearchParams({ token, username: "ada", password: "correct horse" }),
    headers: { cookie, origin: "https://sso.example.com" },
    redirect: "manual",
  });
  assert.equal(answer.status, 303);
  const cookies = answer.headers.getSetCookie();
  assert.equal(cookies.length, 2);
  const ticket = cookies.find((value) => value.startsWith("auth_pubtkt="))?.split(";")[0] ?? "";
  const who = await fetch(`${address}/whoami`, { headers: { cookie: ticket } });
  assert.partialDeepStrictEqual(await who.json(), { user: "Ada" });
  assert.equal(audited.at(-1)?.address, "127.0.0.1");

  await running.stop();
  await assert.rejects(fetch(`${address}/healthz`));
});

test("listens on a unix socket for owner and group, over a stale one, and removes it", async (context) => {
  const { world } = await loginWorld(context);
  const path = join(world.baseFolder, "login.sock");
  const running = await startLogin(
    { ...defaultSettings(), listen: { kind: "unix", path: "login.sock" } },
    world,
  );
  assert.deepEqual(running.addresses, [`unix:${path}`]);
  assert.equal(statSync(path).mode & 0o777, 0o660);
  const status = await new Promise((resolve, reject) => {
    const sent = httpRequest({ socketPath: path, path: "/healthz" }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode));
    });
    sent.on("error", reject).end();
  });
  assert.equal(status, 200);
  await assert.rejects(
    startLogin({ ...defaultSettings(), listen: { kind: "unix", path } }, world),
    { code: "cannot-listen" },
  );
  await running.stop();
  assert.equal(existsSync(path), false);
});

test("a reload takes on new settings without a moment of silence", async (context) => {
  const { running, settings } = await started(context);
  const [address = ""] = running.addresses;
  const before = await fetch(`${address}/login?back=https://new.example.com/`);
  assert.equal(before.status, 200);
  await running.reload({
    ...settings,
    sites: [{ scheme: "https", host: "only.example.com", anyHostBelow: false, port: "" }],
  });
  assert.deepEqual(running.addresses, [address]);
  assert.equal((await fetch(`${address}/login?back=https://new.example.com/`)).status, 400);
  assert.equal((await fetch(`${address}/login?back=https://only.example.com/`)).status, 200);
});

test("a reload that fails keeps the old settings", async (context) => {
  const { running, settings, world } = await started(context);
  const [address = ""] = running.addresses;
  const broken: Partial<LoginSettings>[] = [
    { signingKey: { file: "missing.pem" } },
    { database: "missing/login.db" },
    { listen: { kind: "unix", path: "missing/login.sock" } },
  ];
  for (const change of broken) {
    await assert.rejects(running.reload({ ...settings, ...change }), { name: "LoginError" });
    assert.equal((await fetch(`${address}/healthz`)).status, 200);
  }
  writeFileSync(join(world.baseFolder, "ticket.pem"), generatePrivateKeyPem("ed25519"));
  await running.reload(settings);
});

test("a reload moves to another address", async (context) => {
  const { running, settings, world } = await started(context);
  const [address = ""] = running.addresses;
  await running.reload({ ...settings, listen: { kind: "unix", path: "moved.sock" } });
  assert.deepEqual(running.addresses, [`unix:${join(world.baseFolder, "moved.sock")}`]);
  await assert.rejects(fetch(`${address}/healthz`));
});

const refused = {
  "a missing key": [{ signingKey: { file: "missing.pem" } }, "secret-unreadable", /missing\.pem/],
  "a key that is none": [{ signingKey: { file: "login.db" } }, "bad-key", /signingKey/],
  "a key that others can read": [
    { signingKey: { file: "shared.pem" } },
    "unsafe-file-mode",
    /shared\.pem.*chmod 600/,
  ],
  "a missing environment variable": [
    { signingKey: { environment: "NO_KEY" } },
    "secret-unreadable",
    /NO_KEY/,
  ],
  "a folder that is missing": [{ database: "missing/login.db" }, "database-failed", /missing/],
  "an audit log that cannot be written": [
    { audit: { file: "missing/audit.log" } },
    "audit-unwritable",
    /audit\.log/,
  ],
  "SHA-1 without compatibility": [
    { signingKey: { environment: "RSA_KEY" }, digest: "sha1" },
    "bad-key",
    /signingKey/,
  ],
} as const;

for (const [what, [change, code, words]] of Object.entries(refused)) {
  test(`does not start with ${what}, and says so`, async (context) => {
    const { world } = await loginWorld(context);
    const settings = { ...defaultSettings(), ...change };
    const shared = join(world.baseFolder, "shared.pem");
    writeFileSync(shared, generatePrivateKeyPem("ed25519"), { mode: 0o640 });
    const environment = { RSA_KEY: generatePrivateKeyPem("rsa") };
    await assert.rejects(startLogin(settings, { ...world, environment }), (error: Error) => {
      assert.equal("code" in error && error.code, code);
      assert.match(error.message, words);
      return true;
    });
  });
}

test("the key may come from the environment, and audit lines go to a file of their own", async (context) => {
  const { running, world } = await started(context, {
    signingKey: { environment: "TICKET_KEY" },
    audit: { file: "audit.log" },
  });
  const [address = ""] = running.addresses;
  await fetch(`${address}/logout`, { method: "POST", body: new URLSearchParams({ token: "x" }) });
  const path = join(world.baseFolder, "audit.log");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(JSON.parse(readFileSync(path, "utf8")).event, "forged-form");
});

/** Sends bytes as they are, and gives all that comes back. */
async function exchange(address: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  let answer = "";
  for await (const piece of socket) answer += piece;
  return answer;
}

const hostile = {
  "another origin in the request target":
    "GET //evil.example/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  "an absolute target": "GET http://evil.example/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  "no Host": "GET /login HTTP/1.1\r\nConnection: close\r\n\r\n",
  "17 KiB of headers": `GET /login HTTP/1.1\r\nHost: x\r\nCookie: ${"x".repeat(17_000)}\r\n\r\n`,
  "two lengths":
    "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
  "a length and chunks":
    "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "a forbidden method": "TRACE /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  "no HTTP at all": "hello\r\n\r\n",
} as const;

for (const [what, bytes] of Object.entries(hostile)) {
  test(`answers ${what} with 4xx and goes on`, async (context) => {
    const { running } = await started(context);
    const [address = ""] = running.addresses;
    assert.match(await exchange(address, bytes), /^HTTP\/1\.1 4\d\d /);
    assert.equal((await fetch(`${address}/healthz`)).status, 200);
  });
}
