import assert from "node:assert/strict";
import type { OutgoingHttpHeaders } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { encodeTicket, type TicketFields } from "@countersign/ticket";
import { runGateway } from "../kit/programs.ts";
import { request } from "../kit/request.ts";
import { changeFile, prepareSite } from "../kit/site.ts";
import { waitUntil } from "../kit/wait-until.ts";
import { startNginx } from "../kit/web-servers.ts";
import { testGatewayVisits } from "./gateway-visits.ts";
import { readIdentity } from "./identity.ts";
import { createTestIssuer } from "./tickets.ts";

const example = ["nginx", "nginx-cached"];
const now = 1_800_000_000;

testGatewayVisits("nginx that keeps gatewayd's answers", {
  example,
  whoami: "/whoami",
  identityArrives: "percent-encoded",
  oddHeaders: "dropped",
  startServer: startNginx,
});

test("nginx asks once about a visit that is made again and again", async (t) => {
  const { visit, ticket, decisions } = await startSite(t);
  const cookie = `theme=dark; auth_pubtkt=${ticket()}`;
  for (let times = 0; times < 5; times += 1) {
    assert.equal(readIdentity((await visit({ cookie })).body)?.user, "ada");
  }
  assert.equal(decisions(), 1);
});

test("nginx asks again when anything is different that a decision may depend on", async (t) => {
  const { visit, ticket, decisions } = await startSite(t);
  const cookie = `auth_pubtkt=${ticket()}`;
  const different: Readonly<Record<string, Asking>> = {
    "another path": { cookie, path: "/whoami/" },
    "another query": { cookie, path: "/whoami?a=1" },
    "another method": { cookie, method: "POST" },
    "another ticket": { cookie: `auth_pubtkt=${ticket({ uid: "bob" })}` },
    "the same ticket behind another cookie": { cookie: `a=1; ${cookie}` },
    "another client": { cookie, from: "127.0.0.2" },
    "another wish": { cookie, headers: { accept: "application/json" } },
    "a script": { cookie, headers: { "sec-fetch-mode": "cors" } },
    "a link from elsewhere": { cookie, headers: { "sec-fetch-site": "cross-site" } },
    "a script of the old kind": { cookie, headers: { "x-requested-with": "XMLHttpRequest" } },
    "another origin": { cookie, headers: { origin: "https://app.example.com" } },
    "an upgrade": { cookie, headers: { connection: "upgrade", upgrade: "websocket" } },
    "a method to come": { cookie, headers: { "access-control-request-method": "PUT" } },
    "a header to come": { cookie, headers: { "access-control-request-headers": "x-a" } },
  };
  await visit({ cookie });
  for (const [what, asking] of Object.entries(different)) {
    await t.test(what, async () => {
      const before = decisions();
      await visit(asking);
      assert.equal(decisions(), before + 1);
    });
  }
});

test("nobody gets in with a part of what another got in with", async (t) => {
  const { visit, ticket } = await startSite(t);
  const good = `auth_pubtkt=${ticket()}`;
  const bad = "auth_pubtkt=bad";
  assert.equal((await visit({ cookie: `${bad}; ${good}` })).status, 200);
  for (const cookie of [bad, `${bad}; ${good.slice(0, -1)}`]) {
    assert.equal((await visit({ cookie })).status, 307, cookie);
  }
});

test("nginx keeps no refusal, so that whoever has signed in is let in at once", async (t) => {
  const { visit, decisions } = await startSite(t);
  for (let times = 1; times <= 3; times += 1) {
    assert.equal((await visit({})).status, 307);
    // The second question, which fetches the visitor's answer, is not counted.
    assert.equal(decisions(), times);
  }
});

test("nginx asks again when an answer's time is over", async (t) => {
  const { visit, ticket, decisions } = await startSite(t, 1);
  const cookie = `auth_pubtkt=${ticket()}`;
  const isAskedAgain = async () => {
    assert.equal((await visit({ cookie })).status, 200);
    return decisions() > 1;
  };
  assert.ok(await waitUntil(isAskedAgain, 30_000));
});

test("nginx keeps no answer for longer than the ticket is good, and none about its last second", async (t) => {
  const { visit, ticket, decisions } = await startSite(t, 60);
  for (const ends of [{ validUntil: now }, { graceAfter: now }]) {
    const before = decisions();
    const cookie = `auth_pubtkt=${ticket(ends)}`;
    for (let times = 1; times <= 3; times += 1) {
      assert.equal((await visit({ cookie })).status, 200);
      assert.equal(decisions(), before + times);
    }
  }
  const before = decisions();
  const cookie = `auth_pubtkt=${ticket({ graceAfter: now + 1 })}`;
  const isAskedAgain = async () => {
    await visit({ cookie });
    return decisions() > before + 1;
  };
  assert.ok(await waitUntil(isAskedAgain, 30_000));
});

interface Asking {
  readonly cookie?: string;
  readonly path?: string;
  readonly method?: string;
  readonly from?: string;
  readonly headers?: OutgoingHttpHeaders;
}

async function startSite(t: TestContext, cacheSeconds = 60) {
  const issuer = createTestIssuer();
  const site = await prepareSite(t, {
    example,
    host: "wiki.example.com",
    publicKey: issuer.publicKey,
    loginOrigin: "http://sso.example.com",
  });
  changeFile(site, "gateway.yaml", /cacheSeconds: \d+/, `cacheSeconds: ${cacheSeconds}`);
  const settingsFile = join(site.folder, "gateway.yaml");
  const gateway = await runGateway(t, { settingsFile, now: () => now });
  await startNginx(t, site);
  return {
    ticket: (fields: Partial<TicketFields> = {}) =>
      encodeTicket(issuer.issue({ uid: "ada", validUntil: now + 3_600, ...fields })),
    decisions: () => gateway.log().match(/"decided"/g)?.length ?? 0,
    visit: ({ cookie, path = "/whoami", method = "GET", from, headers }: Asking) =>
      request({
        port: site.port,
        host: `${site.host}:${site.port}`,
        path,
        method,
        ...(from !== undefined && { from }),
        headers: { accept: "text/html", ...headers, ...(cookie !== undefined && { cookie }) },
      }),
  };
}
