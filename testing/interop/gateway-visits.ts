import assert from "node:assert/strict";
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
import { testHostileRequests } from "./hostile-requests.ts";
import { readIdentity } from "./identity.ts";
import { assertSentTo, assertShowsNothing } from "./outcome.ts";
import { createTestIssuer, makeTickets, type TestIssuer } from "./tickets.ts";
import { type OpenSite, testVisits } from "./visit-site.ts";

/** A web server that asks gatewayd, and how to find it. */
export interface GuardedBy {
  /** A folder of examples/. */
  readonly example: string;
  readonly whoami: string;
  readonly identityArrives: OpenSite["identityArrives"];
  startServer(owner: Owner, site: PreparedSite): Promise<unknown>;
}

const start = 1_800_000_000;

/** Declares the tests that hold for gatewayd behind any web server. */
export function testGatewaySite(name: string, server: GuardedBy): void {
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
    const answer = await sendLines(site.port, ["GET /x HTTP/1.0", `Host: ${host}`]);
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

  test(`${name} shows nothing while gatewayd is gone`, async (t) => {
    const issuer = createTestIssuer();
    const { site, gateway, startGateway } = await startSite(t, server, issuer, () => start);
    const { good } = makeTickets(issuer, start);
    assert.equal((await visit(site, good)).status, 200);
    await gateway.stop();
    for (const cookieValue of [good, undefined]) {
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
  const { example, whoami, identityArrives } = server;
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
  const site: OpenSite = { ...prepared, whoami, identityArrives, cacheControl: "no-store" };
  return { site, gateway, startGateway };
}

function visit(site: OpenSite, cookieValue: string | undefined): Promise<Answer> {
  return request({
    port: site.port,
    host: `${site.host}:${site.port}`,
    path: site.whoami,
    headers: cookieValue === undefined ? {} : { cookie: `auth_pubtkt=${cookieValue}` },
  });
}
