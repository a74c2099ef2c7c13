import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { encodeTicket, generatePrivateKeyPem } from "@countersign/ticket";
import { copyExample } from "../kit/configuration.ts";
import { runGateway } from "../kit/programs.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { createTestIssuer } from "./tickets.ts";

const now = Math.floor(Date.now() / 1000);
const origin = "https://wiki.example.com";

for (const type of ["ed25519", "ecdsa"] as const) {
  test(`an application verifies an assertion signed with ${type} in three lines`, async (t) => {
    const { ask, visitorOf } = await start(t, type);
    const payload = await visitorOf(await ask());
    assert.equal(payload.sub, "ada");
    assert.deepEqual(payload.tokens, ["staff"]);
  });
}

test("an application believes no assertion for another site, and none that was changed", async (t) => {
  const { ask, visitorOf } = await start(t, "ed25519");
  const assertion = await ask();
  const [head, claims = "", signature] = assertion.split(".");
  const said = JSON.parse(Buffer.from(claims, "base64url").toString());
  const forged = Buffer.from(JSON.stringify({ ...said, sub: "root" })).toString("base64url");
  await assert.rejects(visitorOf([head, forged, signature].join(".")), { name: /JWS/ });
  await assert.rejects(visitorOf(""), { name: /JWS/ });
  assert.equal(said.aud, origin);
  assert.ok(said.exp - said.iat <= 60);
});

/** gatewayd with a key for assertions, and the application of the example. */
async function start(t: TestContext, type: "ed25519" | "ecdsa") {
  const folder = temporaryFolder(t);
  const issuer = createTestIssuer();
  writeFileSync(join(folder, "ticket.pub"), issuer.publicKey);
  writeFileSync(join(folder, "assertion.pem"), generatePrivateKeyPem(type), { mode: 0o600 });
  const settingsFile = join(folder, "gateway.yaml");
  const settings = {
    http: ["127.0.0.1:0"],
    trustedProxies: ["127.0.0.1"],
    keys: [{ file: "ticket.pub" }],
    assertion: { key: { file: "assertion.pem" } },
    sites: [{ origin, assertion: true }],
  };
  writeFileSync(settingsFile, JSON.stringify(settings));
  const { addresses } = await runGateway(t, { settingsFile, now: () => now });
  const [gateway = ""] = addresses;
  const ticket = encodeTicket(
    issuer.issue({ uid: "ada", tokens: ["staff"], validUntil: now + 3_600 }),
  );

  async function ask(): Promise<string> {
    const answer = await fetch(`${gateway}/check`, {
      headers: {
        "X-Countersign-Method": "GET",
        "X-Countersign-Scheme": "https",
        "X-Countersign-Host": "wiki.example.com",
        "X-Countersign-Uri": "/",
        "X-Countersign-Client-Address": "192.0.2.7",
        Cookie: `auth_pubtkt=${ticket}`,
      },
    });
    assert.equal(answer.status, 200);
    return answer.headers.get("x-countersign-assertion") ?? "";
  }

  const { visitorOf } = await loadApplication(folder, gateway);
  const verify = (assertion: string) =>
    visitorOf({ headers: { "x-countersign-assertion": assertion } });
  return { ask, visitorOf: verify };
}

/** The example's module, in a folder where it finds what it imports. */
async function loadApplication(folder: string, gateway: string) {
  const unused = { GATEWAY_SOCKET: "", PUBLIC_KEY: "", ASSERTION_KEY: "" };
  const application = join(folder, "application");
  mkdirSync(application);
  copyExample("policies", application, { GATEWAY: gateway, ...unused });
  writeFileSync(join(application, "package.json"), '{ "type": "module" }');
  const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
  symlinkSync(modules, join(application, "node_modules"));
  return import(pathToFileURL(join(application, "verify.js")).href);
}
