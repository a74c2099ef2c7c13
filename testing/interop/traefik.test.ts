import assert from "node:assert/strict";
import { test } from "node:test";
import { playTraefik } from "../kit/played-traefik.ts";
import { sendLines } from "../kit/raw-request.ts";
import { type PlayedBy, preparePlayedSite, testPlayedSite } from "./played-sites.ts";
import { sitePolicies } from "./policies.ts";
import { makeTickets } from "./tickets.ts";

const elsewhere = "a site whose programs come from elsewhere";
const { [elsewhere]: asksElsewhere, ...otherPolicies } = sitePolicies;
assert.ok(asksElsewhere?.visits["their preflight"]);

const traefik: PlayedBy = {
  example: "traefik",
  play: playTraefik,
  policies: {
    ...otherPolicies,
    [elsewhere]: {
      ...asksElsewhere,
      visits: {
        ...asksElsewhere.visits,
        // It takes every 2xx for leave to pass, so that gatewayd cannot answer 204 for it.
        "their preflight": {
          ...asksElsewhere.visits["their preflight"],
          outcome: { kind: "turned-away" },
        },
      },
    },
  },
};

testPlayedSite("the exchange of Traefik with gatewayd", traefik);

test("gatewayd answers Traefik's question, word for word", async (t) => {
  const { visited, startGateway } = await preparePlayedSite(t, traefik);
  const { site, issuer, now } = visited;
  const gateway = await startGateway(t);
  const port = Number(new URL(gateway.addresses[0] ?? "").port);
  const question = (cookie: string) =>
    sendLines(port, [
      `GET /forward-auth?site=${site.origin} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      "User-Agent: Mozilla/5.0",
      "Accept: text/html",
      `Cookie: ${cookie}`,
      "Remote-User: root",
      "X-Forwarded-For: 192.0.2.7",
      `X-Forwarded-Host: ${site.host}:${site.port}`,
      "X-Forwarded-Method: GET",
      `X-Forwarded-Port: ${site.port}`,
      "X-Forwarded-Proto: http",
      "X-Forwarded-Uri: /whoami",
      "Accept-Encoding: gzip",
      "Connection: close",
    ]);
  const { good } = makeTickets(issuer, now);
  const allowed = await question(`auth_pubtkt=${good}`);
  assert.deepEqual(withoutDate(allowed.text), [
    "HTTP/1.1 200 OK",
    "Remote-User: ada.lovelace",
    "Remote-User-Tokens: staff,ops",
    "Remote-User-Data: Gr%C3%B6%C3%9Fe = 100 %25 + mehr",
    "Auth-Type: mod_auth_pubtkt",
    "Tcp-Crypt-Sessid: ",
    "Cache-Control: no-store",
    "Content-Length: 0",
    "Connection: close",
  ]);
  const [status, location, ...others] = withoutDate((await question("auth_pubtkt=x")).text);
  assert.equal(status, "HTTP/1.1 307 Temporary Redirect");
  const login = `${site.loginOrigin}/login?back=${encodeURIComponent(`${site.origin}/whoami`)}`;
  assert.ok(location?.startsWith(`Location: ${login}`), location);
  assert.deepEqual(others, [
    "Cache-Control: no-store",
    "Vary: Accept, Cookie, Origin, Sec-Fetch-Mode, Sec-Fetch-Site, Upgrade, X-Requested-With",
    "Content-Length: 0",
    "Connection: close",
  ]);
});

function withoutDate(text: string): readonly string[] {
  const [head = ""] = text.split("\r\n\r\n");
  return head.split("\r\n").filter((line) => !line.startsWith("Date: "));
}
