import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { encodeTicket, type TicketFields } from "@countersign/ticket";
import { createCookieJar } from "../kit/cookie-jar.ts";
import { runGateway } from "../kit/programs.ts";
import { type Answer, request } from "../kit/request.ts";
import { prepareSite } from "../kit/site.ts";
import { startApache, startNginx } from "../kit/web-servers.ts";
import { withPolicy } from "./changed-settings.ts";
import { createTestIssuer, type TestIssuer } from "./tickets.ts";

const now = 1_800_000_000;

/** A reason why signing in does not help. */
interface Misfortune {
  readonly loginOrigin?: string;
  readonly policy?: Readonly<Record<string, unknown>>;
  readonly ticket?: Partial<TicketFields>;
  /** Who signs; the login server that the site trusts if absent. */
  readonly issuer?: TestIssuer;
  /** What the login server says of the cookie. */
  readonly attributes?: string;
  /** Where the browser comes from, as it says itself. */
  readonly from?: "cross-site";
  /** What another program makes of the cookie. */
  readonly damage?: (setCookie: string) => string;
  /** What the page says. */
  readonly says: RegExp;
}

const misfortunes: Readonly<Record<string, Misfortune>> = {
  "the cookie is for https, and the site is not": {
    loginOrigin: "https://sso.example.com",
    attributes: "; Domain=example.com; Secure",
    says: /marked Secure.*over plain http/s,
  },
  "the cookie is for another domain": {
    loginOrigin: "http://sso.example.org",
    attributes: "; Domain=example.org",
    says: /Domain does not cover this site.*cookie\.domain/s,
  },
  "the browser keeps the cookie from links of other sites": {
    attributes: "",
    from: "cross-site",
    says: /SameSite=Strict.*SameSite=Lax/s,
  },
  "another program writes a cookie of that name": {
    damage: () => "auth_pubtkt=hello; Path=/; Domain=example.com",
    says: /what it holds is no ticket/,
  },
  "the site does not know the login server's key": {
    issuer: createTestIssuer(),
    says: /key that is not trusted here.*public key of the login server/s,
  },
  "the login server sees another address": {
    ticket: { clientAddress: "192.0.2.7" },
    says: /another network address.*127\.0\.0\.1.*trustedProxies/s,
  },
  "the site's clock is ten minutes ahead": {
    ticket: { issuedAt: now - 600, validUntil: now - 1 },
    says: /clocks.*600 seconds.*NTP/s,
  },
  "tickets live for no time": {
    ticket: { issuedAt: now, validUntil: now + 100, graceAfter: now - 1 },
    says: /as soon as they are issued.*ticket\.lifetimeSeconds/s,
  },
  "the site asks for what the login server never gives": {
    policy: { requireMultifactor: true },
    says: /asks for more.*second factor/s,
  },
};

const servers = {
  nginx: { example: "nginx", start: startNginx, whoami: "/whoami" },
  Apache: { example: "apache-fcgi", start: startApache, whoami: "/cgi/whoami" },
} as const;

type Server = (typeof servers)[keyof typeof servers];

for (const [name, server] of Object.entries(servers)) {
  for (const [what, misfortune] of Object.entries(misfortunes)) {
    test(`on ${name} a circle of redirects ends with a page that names the cause: ${what}`, async (t) => {
      const { goRound } = await startSite(t, server, misfortune);
      const { answer, redirects } = await goRound();
      assert.equal(redirects, 3);
      assert.equal(answer.status, 403, answer.body);
      assert.match(answer.headers["content-type"] ?? "", /^text\/html; charset=utf-8/);
      assert.equal(answer.headers["cache-control"], "no-store");
      assert.match(answer.body.replaceAll("&#39;", "'"), misfortune.says);
      assert.doesNotMatch(answer.body, /sig=|sig%3D|validuntil/i);
    });
  }

  test(`on ${name} whoever signs in well is not counted, however often`, async (t) => {
    const { goRound } = await startSite(t, server, { says: /./ });
    for (let times = 0; times < 5; times += 1) {
      const { answer, redirects } = await goRound();
      assert.equal(answer.status, 200, answer.body);
      assert.equal(redirects, 1);
    }
  });
}

/** A web server with gatewayd, and a login server that signs everybody in at once and sends them back. */
async function startSite(t: TestContext, server: Server, misfortune: Misfortune) {
  const { loginOrigin = "http://sso.example.com", policy = {}, from } = misfortune;
  const trusted = createTestIssuer();
  const { publicKey } = trusted;
  const host = "wiki.example.com";
  const { example, whoami } = server;
  const site = await prepareSite(t, { example, host, publicKey, loginOrigin });
  const settingsFile = join(site.folder, "gateway.yaml");
  writeFileSync(settingsFile, withPolicy(readFileSync(settingsFile, "utf8"), policy));
  await runGateway(t, { settingsFile, now: () => now });
  await server.start(t, site);
  const setCookie = signedIn(misfortune, trusted);

  const visit = (url: URL, cookie: string | undefined): Promise<Answer> =>
    request({
      port: site.port,
      host: url.host,
      path: url.pathname + url.search,
      headers: {
        accept: "text/html",
        ...(from !== undefined && { "sec-fetch-site": from }),
        ...(cookie !== undefined && { cookie }),
      },
    });

  /** Follows redirects until there are no more; counts those to the login server. */
  async function goRound(): Promise<{ answer: Answer; redirects: number }> {
    const jar = createCookieJar();
    let url = new URL(`${site.origin}${whoami}?a=b`);
    for (let redirects = 0; redirects < 10; ) {
      const answer = await visit(url, from === undefined ? jar.headerFor(url) : undefined);
      if (answer.headers.location === undefined) return { answer, redirects };
      const next = new URL(answer.headers.location);
      if (next.origin === loginOrigin) {
        redirects += 1;
        jar.keep(next, [setCookie]);
      }
      url = next.origin === loginOrigin ? new URL(next.searchParams.get("back") ?? "") : next;
    }
    throw new Error("the circle has no end");
  }
  return { goRound };
}

function signedIn(misfortune: Misfortune, trusted: TestIssuer): string {
  const { issuer = trusted, ticket, attributes = "; Domain=example.com", damage } = misfortune;
  const issued = issuer.issue({ uid: "ada", issuedAt: now, validUntil: now + 3_600, ...ticket });
  const setCookie = `auth_pubtkt=${encodeTicket(issued)}; Path=/${attributes}`;
  return damage?.(setCookie) ?? setCookie;
}
