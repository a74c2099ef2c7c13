import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { sendLines } from "../kit/raw-request.ts";
import { makeTickets } from "./tickets.ts";
import type { Visited } from "./visit-site.ts";

/** Makes every request of the table to a site, for which nothing may show its page for administrators. */
export async function testHostileRequests(
  t: TestContext,
  { site, issuer, now }: Visited,
): Promise<void> {
  const cookie = `Cookie: auth_pubtkt=${makeTickets(issuer, now).good}`;
  const host = `${site.host}:${site.port}`;
  for (const [asked, linesOf] of Object.entries(hostileRequests)) {
    await t.test(asked, async () => {
      const lines = linesOf({ host, cookie });
      const asPage = ["Accept: text/html", "Connection: close"];
      const answer = await sendLines(site.port, [...lines, ...asPage]);
      // RFC 9110 §15.6.2: 501 is for a method that a server does not know.
      assert.ok(answer.status < 500 || answer.status === 501, answer.text);
      assert.doesNotMatch(answer.text, /You are an administrator/);
      if (answer.location !== undefined) {
        assert.match(answer.text, /^cache-control: no-store\r$/im);
      }
    });
  }
}

/** What a hostile request is made of: a site, and the cookie of someone without the right. */
interface HostileParts {
  /** `name:port` */
  readonly host: string;
  readonly cookie: string;
}

/** A request line, and else what is right. */
function asking(line: string) {
  return ({ host, cookie }: HostileParts) => [line, `Host: ${host}`, cookie];
}

/**
 * Requests that no browser sends, made to have a web server and a gateway read them differently:
 * whoever sends them has a good ticket without the token `admin`, and wants the page that needs it.
 * Each is the lines of its head; `connection: close` is added.
 */
const hostileRequests: Readonly<Record<string, (parts: HostileParts) => readonly string[]>> = {
  "a whole URL as target": ({ host, cookie }) => [
    `GET http://${host}/admin/ HTTP/1.1`,
    `Host: ${host}`,
    cookie,
  ],
  "a whole URL of another host as target": asking(
    "GET http://elsewhere.example.com/admin/ HTTP/1.1",
  ),
  "a whole URL of this host under another name": ({ host, cookie }) => [
    `GET http://${host}/admin/ HTTP/1.1`,
    "Host: elsewhere.example.com",
    cookie,
  ],
  "a fragment in the target": asking("GET /admin/#/../ HTTP/1.1"),
  "a fragment that hides the place": asking("GET /x#/../admin/ HTTP/1.1"),
  "an encoded fragment": asking("GET /%23/../admin/ HTTP/1.1"),
  "an encoded question mark": asking("GET /x%3F/../admin/ HTTP/1.1"),
  backslashes: asking("GET /x\\..\\admin\\ HTTP/1.1"),
  "a target encoded twice": asking("GET /%2561dmin/ HTTP/1.1"),
  "encoded slashes": asking("GET /x%2f..%2fadmin/ HTTP/1.1"),
  "encoded backslashes": asking("GET /x%5c..%5cadmin/ HTTP/1.1"),
  "encoded dots and slashes": asking("GET /x/%2e%2e%2fadmin%2f HTTP/1.1"),
  "an encoded dot at the end": asking("GET /admin%2e/ HTTP/1.1"),
  "an encoded tab": asking("GET /%09/admin/ HTTP/1.1"),
  "an encoded line end": asking("GET /admin/%0d%0aX-Countersign-Uri:%20/ HTTP/1.1"),
  "a slash in too many bytes": asking("GET /x/..%c0%afadmin/ HTTP/1.1"),
  "a letter that looks like another": asking("GET /%ef%bd%81dmin/ HTTP/1.1"),
  "letters as only one server writes them": asking("GET /%u0061dmin/ HTTP/1.1"),
  "half an encoding": asking("GET /admin/%2 HTTP/1.1"),
  "the way in the query": asking("GET /x?/../admin/ HTTP/1.1"),
  "an open place in the query": asking("GET /admin/?/x HTTP/1.1"),
  "parameters without a name": asking("GET /;/admin/ HTTP/1.1"),
  "a whole URL with a user": ({ host, cookie }) => [
    `GET http://elsewhere@${host}/admin/ HTTP/1.1`,
    `Host: ${host}`,
    cookie,
  ],
  "a path that starts like a host": asking("GET //elsewhere.example.com/../admin/ HTTP/1.1"),
  "a probe": ({ host, cookie }) => [
    "GET /admin/ HTTP/1.1",
    `Host: ${host}`,
    "User-Agent: GoogleHC/1.0 kube-probe/1.30 ELB-HealthChecker/2.0",
    cookie,
  ],
  "a change of protocol": ({ host, cookie }) => [
    "GET /admin/ HTTP/1.1",
    `Host: ${host}`,
    "Upgrade: h2c",
    "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
    cookie,
  ],
  "path parameters": asking("GET /admin;x=1/ HTTP/1.1"),
  "dots with parameters": asking("GET /x/..;/admin/ HTTP/1.1"),
  "a zero byte in the target": asking("GET /admin/%00 HTTP/1.1"),
  "bytes that are no UTF-8": asking("GET /admin/../admin/\xff\xfe HTTP/1.1"),
  "no slash at the start": asking("GET admin/ HTTP/1.1"),
  "two Host fields": ({ host, cookie }) => [
    "GET /admin/ HTTP/1.1",
    `Host: ${host}`,
    "Host: elsewhere.example.com",
    cookie,
  ],
  "two Cookie fields, of which one is garbage": ({ host, cookie }) => [
    "GET /admin/ HTTP/1.1",
    `Host: ${host}`,
    cookie,
    "Cookie: auth_pubtkt=uid%3Dada%3Btokens%3Dadmin",
  ],
  "no Host at all": ({ cookie }) => ["GET /admin/ HTTP/1.0", cookie],
  "an unknown method": asking("BREW /admin/ HTTP/1.1"),
  "another way of asking for the same": asking("get /admin/ HTTP/1.1"),
  "a folded header": ({ host, cookie }) => [
    "GET /admin/ HTTP/1.1",
    `Host: ${host}`,
    cookie,
    "X-Folded: one",
    " X-Countersign-Uri: /",
  ],
  "the name with a dot at its end": ({ host, cookie }) => [
    "GET /admin/ HTTP/1.1",
    `Host: ${host.replace(":", ".:")}`,
    cookie,
  ],
  "the name in capitals": ({ host, cookie }) => [
    "GET /admin/ HTTP/1.1",
    `Host: ${host.toUpperCase()}`,
    cookie,
  ],
};
