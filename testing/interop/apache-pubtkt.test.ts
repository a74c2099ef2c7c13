import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { encodeTicket, generatePrivateKeyPem, maxTicketBytes } from "@countersign/ticket";
import { digests, nameOf } from "../kit/algorithms.ts";
import { type Answer, request } from "../kit/request.ts";
import { prepareSite } from "../kit/site.ts";
import { startApache } from "../kit/web-servers.ts";
import { readIdentity } from "./identity.ts";
import { assertSentTo, type Outcome } from "./outcome.ts";
import { ada, createTestIssuer, makeTickets, type TestIssuer } from "./tickets.ts";
import { type OpenSite, testVisits } from "./visit-site.ts";

// Apache has no clock but the real one; all times keep half an hour's distance from it.
const now = Math.floor(Date.now() / 1000);

const kinds = [
  { type: "rsa", bits: 2048 },
  { type: "rsa", bits: 4096 },
  { type: "dsa", bits: 1024 },
  { type: "dsa", bits: 2048 },
] as const;

// An Apache for each: the module's cache knows tickets by their text, whatever key they need.
for (const kind of kinds) {
  test(`the C module takes our tickets of ${nameOf(kind)}`, async (t) => {
    const privateKey = generatePrivateKeyPem(kind.type, kind.bits);
    for (const digest of digests) {
      await t.test(digest, async (t) => {
        const issuer = createTestIssuer(privateKey, digest);
        const site = await startSite(t, issuer, `TKTAuthDigest ${digest.toUpperCase()}`);
        await takes(site, issuer);
      });
    }
  });
}

test("the C module takes our tickets of DSA with SHA-1 by its old name, DSS1", async (t) => {
  const issuer = createTestIssuer(generatePrivateKeyPem("dsa"), "sha1");
  await takes(await startSite(t, issuer, "TKTAuthDigest DSS1"), issuer);
});

const letIn = { kind: "let-in", tokens: ada.tokens.join(",") } as const;
const toLogin = { kind: "sent-to", page: "login" } as const;
const toRefresh = { kind: "sent-to", page: "refresh" } as const;

/** It believes any visitor's X-Forwarded-Host. */
const backElsewhere = { backOrigin: "http://elsewhere.example.com" } as const;

/** Where the module answers otherwise than we do, and why ours is another. */
const differences: Readonly<Record<string, Outcome>> = {
  // It sends a form on to the login server.
  "no cookie, and a form": { ...toLogin, status: 307 },
  // It makes the way back from the decoded path, and leaves `+` as it is.
  "an address with encoded characters": { ...toLogin, back: "/a?b c/ü d?e=f%26g" },
  "forged facts, and no ticket": { ...toLogin, ...backElsewhere },
  "forged facts, and a ticket for the forged address": { ...toLogin, ...backElsewhere },
  "forged facts, and a ticket in its grace period": { ...toRefresh, ...backElsewhere },
  "forged facts, and a ticket without the token": { ...toLogin, ...backElsewhere },
  // It knows no audience, nor which hosts are its own.
  "a ticket for another host": letIn,
  "a name that is nobody's site": letIn,
  // It looks for the cookie's name anywhere in the header, and at the first one only.
  "a bad ticket before a good one": toLogin,
  "a good ticket in a cookie whose name only ends like ours": letIn,
  "a good ticket inside another cookie": letIn,
};

test("the C module answers visits as our gateway does", async (t) => {
  const issuer = createTestIssuer();
  const site = await startSite(t, issuer);
  await testVisits(t, { site, issuer, now }, differences);
});

test("the C module uses the address that is meant for each reason", async (t) => {
  const issuer = createTestIssuer();
  const reasons = ["Timeout", "PostTimeout", "Unauth", "BadIP", "Refresh"];
  const urls = reasons.map((name) => `TKTAuth${name}URL http://sso.example.com/${name}?a=b`);
  const lines = ["<Location />", ...urls, "</Location>"].join("\n");
  const site = await startSite(t, issuer, lines);
  const tickets = makeTickets(issuer, now);
  const cases = [
    { ticket: tickets.expired, method: "GET", path: "/", page: "Timeout" },
    { ticket: tickets.expired, method: "POST", path: "/", page: "PostTimeout" },
    { ticket: tickets.good, method: "GET", path: "/admin/", page: "Unauth" },
    { ticket: tickets["from-elsewhere"], method: "GET", path: "/", page: "BadIP" },
    { ticket: tickets["in-grace"], method: "GET", path: "/", page: "Refresh" },
  ] as const;
  for (const { ticket, method, path, page } of cases) {
    const answer = await visit(site, ticket, { method, path });
    assertSentTo(answer, `http://sso.example.com/${page}`, site.origin + path);
  }
});

test("the C module takes tickets up to the very limit of 1024 bytes, and no longer one", async (t) => {
  const issuer = createTestIssuer();
  const site = await startSite(t, issuer);
  const atLimit = ticketOf(maxTicketBytes, issuer);
  assert.equal(Buffer.byteLength(atLimit), 1024);
  assert.equal((await visit(site, encodeTicket(atLimit))).status, 200);
  assert.throws(() => ticketOf(maxTicketBytes + 1, issuer), { code: "too-long" });
});

test("the C module passes texts on that are as long as ours may be, and names of 64 bytes", async (t) => {
  const issuer = createTestIssuer();
  const site = await startSite(t, issuer);
  const long = { userData: "u".repeat(255), tokens: ["t".repeat(255)] };
  // The module's version 0.13 cuts longer names, so that two users would become one.
  for (const fields of [{ uid: "n".repeat(64) }, { uid: "ada", ...long }]) {
    const ticket = issuer.issue({ validUntil: now + 3_600, ...fields });
    const answer = await visit(site, encodeTicket(ticket));
    assert.equal(answer.status, 200, answer.body);
    const seen = readIdentity(answer.body);
    assert.equal(seen?.user, fields.uid);
    assert.equal(seen?.userData, "userData" in fields ? fields.userData : "");
    assert.equal(seen?.tokens, "tokens" in fields ? fields.tokens[0] : "");
  }
});

async function takes(site: OpenSite, issuer: TestIssuer): Promise<void> {
  const { good, altered } = makeTickets(issuer, now);
  const accepted = await visit(site, good);
  assert.equal(accepted.status, 200, accepted.body);
  assert.deepEqual(readIdentity(accepted.body), {
    user: ada.uid,
    tokens: ada.tokens.join(","),
    userData: ada.userData,
    authType: "mod_auth_pubtkt",
  });
  const page = `${site.loginOrigin}/login`;
  assertSentTo(await visit(site, altered), page, site.origin + site.whoami);
}

/** Apache after examples/apache-pubtkt, with `directives` at the end of its configuration. */
async function startSite(t: TestContext, issuer: TestIssuer, directives = ""): Promise<OpenSite> {
  const site = await prepareSite(t, {
    example: "apache-pubtkt",
    host: "wiki.example.com",
    publicKey: issuer.publicKey,
    loginOrigin: "http://sso.example.com",
    change: { file: "httpd.conf", by: (text) => `${text}\n${directives}\n` },
  });
  await startApache(t, site);
  // The module says nothing to caches; what they may do with its redirects is their guess.
  const cacheControl = undefined;
  const how = { identityArrives: "as-text", cacheControl, countsRedirects: false } as const;
  // Apache tells no CGI of headers with such names.
  return { ...site, whoami: "/cgi/whoami", oddHeaders: "dropped", ...how };
}

function visit(
  site: OpenSite,
  cookieValue: string,
  ask: { readonly method?: string; readonly path?: string } = {},
): Promise<Answer> {
  return request({
    port: site.port,
    host: `${site.host}:${site.port}`,
    method: ask.method ?? "GET",
    path: ask.path ?? site.whoami,
    headers: { cookie: `auth_pubtkt=${cookieValue}` },
  });
}

/** A ticket of so many bytes. */
function ticketOf(bytes: number, issuer: TestIssuer): string {
  const padded = (length: number) =>
    issuer.issue({
      uid: "ada",
      validUntil: now + 3_600,
      otherFields: new Map([["padding", "x".repeat(length)]]),
    });
  return padded(1 + bytes - Buffer.byteLength(padded(1)));
}
