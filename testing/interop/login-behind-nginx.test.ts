import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  allowLegacySignatures,
  anyClientAddress,
  anyConfirmation,
  createVerifier,
  generatePrivateKeyPem,
  importPrivateKey,
  verificationKeyOf,
} from "@countersign/ticket";
import { copyExample } from "../kit/configuration.ts";
import { addUsers } from "../kit/login-server.ts";
import { freeLoopbackPort } from "../kit/loopback-port.ts";
import { makeCertificate } from "../kit/openssl.ts";
import { runLogin } from "../kit/programs.ts";
import { type Answer, type Ask, request } from "../kit/request.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { startNginx } from "../kit/web-servers.ts";

const now = 1_800_000_000;
const host = "sso.example.com";
const ada = { name: "ada", password: "correct horse battery staple", tokens: ["staff"] } as const;

// Not among trustedProxies, so that it can be told from nginx's own.
const visitorAddress = "127.0.0.7";
const forged = {
  "x-forwarded-for": "192.0.2.99",
  "x-forwarded-host": "evil.example",
  "x-forwarded-proto": "http",
};

test("the login server behind nginx knows the visitor's address, and believes nobody else's", async (t) => {
  const { login, plain, overTls } = await startLogin(t, "login.yaml");
  for (const ask of [overTls, { ...overTls, headers: forged }, { ...plain, headers: forged }]) {
    const before = login.log().length;
    const { status } = await signIn({ ...ask, from: visitorAddress }, "incorrect horse");
    assert.equal(status, 403);
    const audited = login.log().slice(before);
    assert.match(audited, /"event":"sign-in-refused"/);
    assert.deepEqual(audited.match(/"address":"[^"]*"/g), [`"address":"${visitorAddress}"`]);
  }
});

for (const settings of ["login.yaml", "login-for-old-sites.yaml"]) {
  test(`signs in over TLS, for the whole domain and Secure, with ${settings}`, async (t) => {
    const { overTls, verifier } = await startLogin(t, settings);
    const answer = await signIn({ ...overTls, headers: forged }, ada.password);
    assert.equal(answer.status, 303, answer.body);
    assert.doesNotMatch(`${answer.headers.location}`, /evil\.example|^http:/);
    const cookie = answer.setCookies.find((text) => text.startsWith("auth_pubtkt="));
    assert.match(cookie ?? "", /; Domain=example\.com; Path=\/; .*Secure; HttpOnly; SameSite=Lax/);
    const verified = verifier.verifyCookies(cookie?.split(";", 1)[0] ?? "", "auth_pubtkt", {
      now,
      clientAddress: anyClientAddress,
      host: "wiki.example.com",
      confirmedKey: anyConfirmation,
    });
    assert.ok(verified?.ok);
    assert.deepEqual([verified.ticket.uid, verified.ticket.tokens], ["ada", ["staff"]]);
  });
}

/** The login server with one of the example's settings, and nginx before it. */
async function startLogin(t: TestContext, settings: string) {
  const folder = temporaryFolder(t);
  const [port, loginPort] = [await freeLoopbackPort(), await freeLoopbackPort()];
  const origin = `https://${host}:${port}`;
  const { certificateFile, keyFile } = makeCertificate(folder, host);
  const privateKey = generatePrivateKeyPem("rsa");
  mkdirSync(join(folder, "keys"));
  writeFileSync(join(folder, "keys", "ticket.pem"), privateKey, { mode: 0o600 });
  copyExample("login-behind-nginx", folder, {
    ROOT: folder,
    HOST: host,
    PORT: String(port),
    DOMAIN: "example.com",
    LOGIN_ORIGIN: origin,
    LOGIN_PORT: String(loginPort),
    CERTIFICATE: certificateFile,
    CERTIFICATE_KEY: keyFile,
  });
  await addUsers(join(folder, "login.db"), [ada], () => now);
  const login = await runLogin(t, { settingsFile: join(folder, settings), now: () => now });
  await startNginx(t, { folder, host, port, origin, loginOrigin: origin });
  const digest = settings === "login.yaml" ? "sha256" : "sha1";
  const key = importPrivateKey(privateKey, { digest, legacy: allowLegacySignatures });
  const asked = { host: `${host}:${port}`, path: "/login" };
  return {
    login,
    plain: { ...asked, port: loginPort },
    overTls: { ...asked, port, certificate: readFileSync(certificateFile, "utf8") },
    verifier: createVerifier({ keys: [verificationKeyOf(key)] }),
  };
}

/** Opens the page, fills in the form and sends it. */
async function signIn(ask: Ask, password: string): Promise<Answer> {
  const page = await request(ask);
  assert.equal(page.status, 200, page.body);
  const [, token = ""] = /name="token" value="([^"]*)"/.exec(page.body) ?? [];
  return request({
    ...ask,
    method: "POST",
    headers: {
      ...ask.headers,
      origin: `https://${ask.host}`,
      cookie: page.setCookies.map((text) => text.split(";", 1)[0]).join("; "),
    },
    body: new URLSearchParams({ username: ada.name, password, token }),
  });
}
