import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { encodeTicket, generatePrivateKeyPem } from "@countersign/ticket";
import type { Owner } from "../kit/cleanup.ts";
import { runGateway } from "../kit/programs.ts";
import {
  type RecordingApplication,
  startRecordingApplication,
} from "../kit/recording-application.ts";
import { request } from "../kit/request.ts";
import { type PreparedSite, prepareSite } from "../kit/site.ts";
import { withPolicy } from "./changed-settings.ts";
import { createTestIssuer, type TestIssuer } from "./tickets.ts";

/** A web server that asks gatewayd and passes requests on to an application. */
export interface ProxiedBy {
  /** A folder of examples/, or several. */
  readonly example: string | readonly string[];
  /** An address that the application answers, which listens on `application.sock` in the folder. */
  readonly path: string;
  /**
   * Changes the copied configuration, so that the application gets `Authorization` and `Cookie` as
   * gatewayd says, as in places with `basicAuth` or `hideTicket`. Left out: it always does.
   */
  passOnCredentials?(site: PreparedSite): void;
  startServer(owner: Owner, site: PreparedSite): Promise<unknown>;
}

const now = 1_800_000_000;
const own = `Basic ${Buffer.from("root:root").toString("base64")}`;
const forged = {
  "remote-user": "root",
  "remote-user-tokens": "admin",
  "remote-user-data": "forged",
  "auth-type": "forged",
  "tcp-crypt-sessid": "forged",
  "x-countersign-assertion": "forged",
};
const identityNames = Object.keys(forged);

/** Declares the tests of what reaches an application behind any web server that asks gatewayd. */
export function testProxiedApplication(name: string, server: ProxiedBy): void {
  test(`${name} tells the application who its visitor is, once, and nothing that the visitor says of it`, async (t) => {
    const { visit, cookie } = await start(t, server, {});
    const fields = await visit({ ...forged, authorization: own, cookie: `a=1; ${cookie()}; b=2` });
    assert.deepEqual(fields.get("remote-user"), ["ada"]);
    assert.deepEqual(fields.get("remote-user-tokens"), ["staff"]);
    assertEmpty(fields, "remote-user-data");
    assert.deepEqual(fields.get("auth-type"), ["mod_auth_pubtkt"]);
    assertEmpty(fields, "x-countersign-assertion");
    assertEmpty(fields, "tcp-crypt-sessid");
    // What gatewayd does not speak of is the visitor's own.
    assert.deepEqual(fields.get("authorization"), [own]);
    assert.deepEqual(fields.get("cookie"), [`a=1; ${cookie()}; b=2`]);
  });

  test(`${name} lets nobody pass for somebody where everybody may come in`, async (t) => {
    for (const access of ["public", "optional"]) {
      await t.test(access, async (t) => {
        const { visit } = await start(t, server, { access });
        for (const headers of [forged, { ...forged, connection: `close, ${identityNames}` }]) {
          const fields = await visit(headers);
          for (const name of identityNames) assertEmpty(fields, name);
        }
      });
    }
  });

  test(`${name} tells the application of no other path than the one that was judged`, async (t) => {
    const { visit, cookie } = await start(t, server, {});
    const paths = { "x-original-url": "/admin/", "x-rewrite-url": "/admin/" };
    const fields = await visit({ ...paths, cookie: cookie() });
    for (const name of Object.keys(paths)) assertEmpty(fields, name);
  });

  test(`${name} gives the application a statement about the visitor that it can check`, async (t) => {
    const { visit, cookie } = await start(t, server, { assertion: true });
    const fields = await visit({ ...forged, cookie: cookie() });
    const [statement = "", ...others] = fields.get("x-countersign-assertion") ?? [];
    assert.deepEqual(others, []);
    const [, claims = ""] = statement.split(".");
    assert.equal(JSON.parse(Buffer.from(claims, "base64url").toString()).sub, "ada");
  });

  test(`${name} hides the ticket from the application, and no other cookie`, async (t) => {
    const policy = { hideTicket: true, access: "optional" };
    const { visit, cookie } = await start(t, server, policy, server.passOnCredentials);
    const cases = [
      [`a=1; ${cookie()}; b=2`, "a=1; b=2"],
      [`${cookie()}; auth_pubtkt=bad; xauth_pubtkt=1`, "xauth_pubtkt=1"],
      ["auth_pubtkt=bad", ""],
      [cookie(), ""],
    ] as const;
    for (const [sent, kept] of cases) {
      const fields = await visit({ cookie: sent });
      assert.equal(fields.get("cookie")?.join("; ") ?? "", kept);
    }
  });

  test(`${name} gives the application a password that says who the visitor is, and never theirs`, async (t) => {
    const policy = { basicAuth: "fake", access: "optional" };
    const { visit, cookie } = await start(t, server, policy, server.passOnCredentials);
    const fields = await visit({ authorization: own, cookie: cookie() });
    assert.deepEqual(fields.get("authorization"), ["Basic YWRhOnBhc3N3b3Jk"]);
    for (const connection of ["close", "close, authorization"]) {
      assertEmpty(await visit({ authorization: own, connection }), "authorization");
    }
  });

  test(`${name} gives the application the ticket's password, and never the visitor's`, async (t) => {
    const policy = { basicAuth: "ticket" };
    const { visit, cookie } = await start(t, server, policy, server.passOnCredentials);
    const basicAuth = Buffer.from("ada:secret").toString("base64");
    const fields = await visit({ authorization: own, cookie: cookie(basicAuth) });
    assert.deepEqual(fields.get("authorization"), [`Basic ${basicAuth}`]);
    assertEmpty(await visit({ authorization: own, cookie: cookie() }), "authorization");
  });
}

/** Some web servers leave out a header without a value. */
function assertEmpty(fields: ReturnType<RecordingApplication["lastFields"]>, name: string): void {
  assert.equal((fields.get(name) ?? []).join(","), "", name);
}

async function start(
  t: TestContext,
  server: ProxiedBy,
  policy: Readonly<Record<string, unknown>>,
  change: ProxiedBy["passOnCredentials"] = () => {},
) {
  const issuer = createTestIssuer();
  const site = await prepareSite(t, {
    example: server.example,
    host: "wiki.example.com",
    publicKey: issuer.publicKey,
    loginOrigin: "http://sso.example.com",
  });
  change(site);
  const application = await startRecordingApplication(t, site.folder);
  const settingsFile = join(site.folder, "gateway.yaml");
  writeFileSync(join(site.folder, "assertion.pem"), generatePrivateKeyPem("ed25519"));
  const settings = readFileSync(settingsFile, "utf8");
  const assertion = "\nassertion: { key: { file: assertion.pem } }\n";
  writeFileSync(
    settingsFile,
    withPolicy(settings, policy) + ("assertion" in policy ? assertion : ""),
  );
  await runGateway(t, { settingsFile, now: () => now });
  await server.startServer(t, site);
  return {
    cookie: (basicAuth?: string) => cookieOf(issuer, basicAuth),
    async visit(headers: Readonly<Record<string, string>>) {
      const { port, host } = site;
      const asking = { accept: "text/html", ...headers };
      const { path } = server;
      const answer = await request({ port, host: `${host}:${port}`, path, headers: asking });
      assert.equal(answer.status, 200, `${answer.headers.location} ${answer.body}`);
      return application.lastFields();
    },
  };
}

function cookieOf(issuer: TestIssuer, basicAuth: string | undefined): string {
  const fields = { uid: "ada", tokens: ["staff"], validUntil: now + 100, basicAuth };
  return `auth_pubtkt=${encodeTicket(issuer.issue(fields))}`;
}
