import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { encodeTicket } from "@countersign/ticket";
import type { Owner } from "../kit/cleanup.ts";
import { createClock } from "../kit/clock.ts";
import { runGateway } from "../kit/programs.ts";
import { sendLines } from "../kit/raw-request.ts";
import { type Answer, request } from "../kit/request.ts";
import { type PreparedSite, prepareSite } from "../kit/site.ts";
import { waitUntil } from "../kit/wait-until.ts";
import { withPlace, withPolicy } from "./changed-settings.ts";
import { testHostileRequests } from "./hostile-requests.ts";
import { readIdentity } from "./identity.ts";
import { assertSentTo, assertShowsNothing } from "./outcome.ts";
import { placePolicies, sitePolicies, testPolicies } from "./policies.ts";
import { createTestIssuer, makeTickets, type TestIssuer } from "./tickets.ts";
import { type OpenSite, testVisits, type Visited } from "./visit-site.ts";

/** A web server that asks gatewayd, and how to find it. */
export interface GuardedBy {
  /** A folder of examples/, or several, of which the later ones replace files of the earlier. */
  readonly example: string | readonly string[];
  readonly whoami: string;
  readonly identityArrives: OpenSite["identityArrives"];
  readonly oddHeaders?: OpenSite["oddHeaders"];
  /** Without gatewayd there is no web server either. */
  readonly isGatewayItself?: boolean;
  startServer(owner: Owner, site: PreparedSite): Promise<unknown>;
}

const start = 1_800_000_000;

/** Declares the tests that hold for gatewayd behind any web server that asks it each time. */
export function testGatewaySite(name: string, server: GuardedBy): void {
  testGatewayVisits(name, server);
  testGatewayChanges(name, server);
}

/** Declares those that also hold where the web server keeps answers for a while. */
export function testGatewayVisits(name: string, server: GuardedBy): void {
  test(`${name} answers every visit of the table`, async (t) => {
    const issuer = createTestIssuer();
    const { site, gateway } = await startSite(t, server, issuer, () => start);
    await testVisits(t, { site, issuer, now: start });

    await t.test("and has logged no ticket and no cookie", () => {
      assert.match(gateway.log(), /decided/);
      assert.doesNotMatch(gateway.log(), /sig=|sig%3D|auth_pubtkt=|validuntil/i);
    });
  });

  test(`${name} shows a place to nobody without the right, however it is asked`, async (t) => {
    const issuer = createTestIssuer();
    const { site } = await startSite(t, server, issuer, () => start);
    await testHostileRequests(t, { site, issuer, now: start });
  });

  test(`${name} answers HTTP/1.0 with a redirect that it knows`, async (t) => {
    const { site } = await startSite(t, server, createTestIssuer(), () => start);
    const host = `${site.host}:${site.port}`;
    const lines = ["GET /x HTTP/1.0", `Host: ${host}`, "Accept: text/html"];
    const answer = await sendLines(site.port, lines);
    assert.equal(answer.status, 302, answer.text);
    assert.ok(answer.location?.startsWith(`${site.loginOrigin}/login?back=`), answer.text);
    assert.match(answer.text, /^cache-control: no-store\r$/im);
  });

  test(`${name} lets a ticket in up to its last second`, async (t) => {
    const issuer = createTestIssuer();
    const clock = createClock(start);
    const { site } = await startSite(t, server, issuer, clock.now);
    const ticket = issuer.issue({ uid: "ada", validUntil: start + 60, graceAfter: start + 30 });
    const cookieValue = encodeTicket(ticket);
    const back = site.origin + site.whoami;

    clock.advance(30);
    assert.equal(readIdentity((await visit(site, cookieValue)).body)?.user, "ada");
    clock.advance(1);
    assertSentTo(await visit(site, cookieValue), `${site.loginOrigin}/refresh`, back);
    clock.advance(29);
    assertSentTo(await visit(site, cookieValue), `${site.loginOrigin}/refresh`, back);
    clock.advance(1);
    assertSentTo(await visit(site, cookieValue), `${site.loginOrigin}/login`, back);
  });
}

function testGatewayChanges(name: string, server: GuardedBy): void {
  test(`${name} carries out every policy`, async (t) => {
    const issuer = createTestIssuer();
    const { site, gateway, settingsFile } = await startSite(t, server, issuer, () => start);
    await gateway.stop();
    const plain = readFileSync(settingsFile, "utf8");
    const openWith = async (t: TestContext, settings: string): Promise<Visited> => {
      writeFileSync(settingsFile, settings);
      await runGateway(t, { settingsFile, now: () => start });
      return { site, issuer, now: start };
    };
    await testPolicies(t, sitePolicies, (t, { policy }) => openWith(t, withPolicy(plain, policy)));
    await testPolicies(t, placePolicies, (t, { place }) =>
      openWith(t, withPlace(plain, { path: server.whoami, ...place })),
    );
  });

  test(`${name} shows nothing while gatewayd is gone`, async (t) => {
    const issuer = createTestIssuer();
    const { site, gateway, startGateway } = await startSite(t, server, issuer, () => start);
    const { good } = makeTickets(issuer, start);
    assert.equal((await visit(site, good)).status, 200);
    await gateway.stop();
    for (const cookieValue of [good, undefined]) {
      if (server.isGatewayItself) {
        await assert.rejects(visit(site, cookieValue), { code: "ECONNREFUSED" });
        continue;
      }
      const answer = await visit(site, cookieValue);
      assert.ok(answer.status >= 500, String(answer.status));
      assertShowsNothing(answer);
    }
    await startGateway();
    const isBack = async () => (await visit(site, good)).status === 200;
    assert.ok(await waitUntil(isBack, 30_000));
  });
}

async function startSite(t: TestContext, server: GuardedBy, issuer: TestIssuer, now: () => number) {
  const { example, whoami, identityArrives, oddHeaders = "refused" } = server;
  const prepared = await prepareSite(t, {
    example,
    host: "wiki.example.com",
    publicKey: issuer.publicKey,
    loginOrigin: "http://sso.example.com",
  });
  const settingsFile = join(prepared.folder, "gateway.yaml");
  const startGateway = () => runGateway(t, { settingsFile, now });
  const gateway = await startGateway();
  await server.startServer(t, prepared);
  const arrival = { whoami, identityArrives, oddHeaders, cacheControl: "no-store" } as const;
  const site: OpenSite = { ...prepared, ...arrival };
  return { site, gateway, startGateway, settingsFile };
}

function visit(site: OpenSite, cookieValue: string | undefined): Promise<Answer> {
  return request({
    port: site.port,
    host: `${site.host}:${site.port}`,
    path: site.whoami,
    headers: {
      accept: "text/html",
      ...(cookieValue !== undefined && { cookie: `auth_pubtkt=${cookieValue}` }),
    },
  });
}
