import assert from "node:assert/strict";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { playEnvoy } from "../kit/played-envoy.ts";
import { changeFile } from "../kit/site.ts";
import { type PlayedBy, preparePlayedSite, testPlayedSite } from "./played-sites.ts";
import { testProxiedApplication } from "./proxied-application.ts";
import { makeTickets } from "./tickets.ts";

const envoy: PlayedBy = { example: "envoy", play: playEnvoy };

testPlayedSite("the exchange of Envoy with gatewayd", envoy);
testProxiedApplication("the exchange of Envoy with gatewayd", {
  example: "envoy",
  path: "/whoami",
  passOnCredentials: (site) => {
    const more = ["cookie", "authorization"].map((name) => `- exact: ${name}\n`).join("");
    changeFile(site, "envoy.yaml", "- exact: x-countersign-assertion\n", `$&${more}`);
  },
  startServer: playEnvoy,
});

test("gatewayd answers Envoy's question, word for word", async (t) => {
  const { visited, folder, startGateway } = await preparePlayedSite(t, envoy);
  const { site, issuer, now } = visited;
  await startGateway(t);
  const { good } = makeTickets(issuer, now);
  const head = (line: string, more: readonly string[]) => [
    line,
    `host: ${site.host}:${site.port}`,
    "content-length: 0",
    "x-envoy-internal: true",
    "x-forwarded-for: 192.0.2.7",
    "x-forwarded-proto: http",
    "x-envoy-expected-rq-timeout-ms: 5000",
    ...more,
  ];
  const socket = join(folder, "gateway.sock");
  const post = "POST /ext-authz/whoami?a=b HTTP/1.1";
  assert.deepEqual(await exchange(socket, head(post, [`cookie: auth_pubtkt=${good}`])), [
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
  const options = "OPTIONS /ext-authz/whoami HTTP/1.1";
  const [status, type, ...others] = await exchange(socket, head(options, ["accept: */*"]));
  assert.equal(status, "HTTP/1.1 401 Unauthorized");
  assert.equal(type, "Content-Type: application/problem+json");
  const challenge = `WWW-Authenticate: Countersign realm="${site.origin}", error="no-ticket"`;
  assert.ok(others.includes(challenge), others.join("\n"));
});

/** Sends a head and gives the lines of the answer's, but its date. */
function exchange(path: string, lines: readonly string[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(path, () => {
      socket.write([...lines, "connection: close", "", ""].join("\r\n"));
    });
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.once("error", reject);
    socket.once("close", () => {
      const [head = ""] = text.split("\r\n\r\n");
      resolve(head.split("\r\n").filter((line) => !line.startsWith("Date: ")));
    });
  });
}
