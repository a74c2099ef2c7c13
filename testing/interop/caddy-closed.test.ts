import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { startApplication } from "../kit/application.ts";
import { startCaddy } from "../kit/caddy.ts";
import { runGateway } from "../kit/programs.ts";
import { type RawAnswer, sendLines } from "../kit/raw-request.ts";
import { changeFile, type PreparedSite } from "../kit/site.ts";
import { startStandIn } from "../kit/stand-in.ts";
import { prepareGuardedSite, startGuardedSite } from "./guarded-site.ts";

const caddy = {
  example: "caddy",
  async startServer(...[owner, site]: Parameters<typeof startCaddy>) {
    await startApplication(owner, site.folder);
    await startCaddy(owner, site);
  },
};

const letIn = "HTTP/1.1 200 OK\r\nRemote-User: ada\r\n";

/** What may come from gatewayd's socket that is no answer of gatewayd; `undefined`: nothing does. */
const noAnswers: Readonly<Record<string, string | undefined>> = {
  silence: undefined,
  "an end": "",
  "another protocol": "220 mail.example.com\r\n",
  "half a head": `${letIn}Remote-User-Tok`,
  "a word that there is more to come": "HTTP/1.1 100 Continue\r\n\r\n",
  "a status that is none": "HTTP/1.1 20 OK\r\nRemote-User: ada\r\n\r\n",
  "a failure": "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
};

for (const [what, answer] of Object.entries(noAnswers)) {
  test(`Caddy lets nobody in when all it gets is ${what}`, async (t) => {
    const site = await prepareGuardedSite(t, caddy.example);
    changeFile(site, "countersign.caddy", "header_timeout 5s", "header_timeout 200ms");
    await startStandIn(t, join(site.folder, "gateway.sock"), answer);
    await caddy.startServer(t, site);
    const { text } = await ask(site, [`Cookie: ${site.cookieOf("good")}`]);
    assert.match(text, /^(?:HTTP\/1\.1 100 .*\r\n(?:.+\r\n)*\r\n)?HTTP\/1\.1 50[0-9] /);
    assert.doesNotMatch(text, /REMOTE_USER/);
  });
}

test("Caddy takes the site's name in any case, and another name for nobody's", async (t) => {
  const site = await startGuardedSite(t, caddy);
  const host = `${site.host}:${site.port}`;
  const statusFor = async (name: string) => {
    const lines = [`Host: ${name}`, `Cookie: ${site.cookieOf("good")}`, "Connection: close"];
    return (await sendLines(site.port, ["GET /whoami HTTP/1.1", ...lines])).status;
  };
  assert.equal(await statusFor(host.toUpperCase()), 200);
  assert.equal(await statusFor(host.replace(":", ".:")), 421);
  assert.equal(await statusFor(`evil.${host}`), 421);
  // Caddy looks at the name alone, gatewayd at the port as well.
  assert.equal(await statusFor(`${site.host}:1`), 400);
});

test("on Caddy nobody gets round a site's rules with the name of a laxer one", async (t) => {
  const site = await prepareGuardedSite(t, caddy.example);
  const open = `open.example.com:${site.port}`;
  const lax = `  - { origin: "http://${open}", access: public }`;
  changeFile(site, "gateway.yaml", "sites:", `sites:\n${lax}`);
  // One site for whoever comes.
  changeFile(site, "Caddyfile", /\n# Any other name.*/s, "");
  changeFile(site, "Caddyfile", /^http:\/\/[^:]*(?=:\d+ \{)/m, "http://");
  await runGateway(t, { settingsFile: join(site.folder, "gateway.yaml"), now: () => 0 });
  await caddy.startServer(t, site);
  for (const lines of [
    ["GET /whoami HTTP/1.1", `Host: ${open}`],
    [`GET http://${open}/whoami HTTP/1.1`, `Host: ${site.host}:${site.port}`],
  ]) {
    const { status, text } = await sendLines(site.port, [...lines, "Connection: close"]);
    assert.equal(status, 400, text);
  }
});

// CVE-2026-27588: over a hundred names, Caddy compared them with their case.
test("Caddy with very many names shows nothing to who writes one of them in capitals", async (t) => {
  const site = await prepareGuardedSite(t, caddy.example);
  const names = Array.from(
    { length: 150 },
    (_, index) => `http://n${index}.example.com:${site.port}`,
  );
  changeFile(site, "Caddyfile", /^http:\/\/(?=.*example)/m, `${names.join(", ")}, http://`);
  await runGateway(t, { settingsFile: join(site.folder, "gateway.yaml"), now: () => 0 });
  await caddy.startServer(t, site);
  for (const name of ["WIKI.Example.com", "N7.Example.com", "n7.example.com"]) {
    const lines = [`Host: ${name}:${site.port}`, "Connection: close"];
    const { status, text } = await sendLines(site.port, ["GET /whoami HTTP/1.1", ...lines]);
    assert.ok(status >= 400 && status < 500, text);
  }
});

test("Caddy behind another proxy takes the visitor's address from there", async (t) => {
  const site = await prepareGuardedSite(t, caddy.example);
  changeFile(site, "countersign.caddy", /(?<=\n\t\turi .*)$/m, "\n\t\ttrusted_proxies 127.0.0.1");
  changeFile(site, "gateway.yaml", /$/, '\ntrustedProxies: ["127.0.0.1"]\n');
  await runGateway(t, {
    settingsFile: join(site.folder, "gateway.yaml"),
    now: () => 1_800_000_000,
  });
  await caddy.startServer(t, site);
  const cookie = `Cookie: ${site.cookieOf("from-elsewhere")}`;
  const fromThere = await ask(site, [cookie, "X-Forwarded-For: 198.51.100.1, 192.0.2.7"]);
  assert.equal(fromThere.status, 200, fromThere.text);
  // What stands before the proxy's own entry is the visitor's word.
  const claimed = await ask(site, [cookie, "X-Forwarded-For: 192.0.2.7, 198.51.100.1"]);
  assert.equal(claimed.status, 401, claimed.text);
});

test("whatever the cookies, Caddy shows nothing to who has no ticket", async (t) => {
  const site = await startGuardedSite(t, caddy);
  const good = site.cookieOf("good");
  // What a header may hold (RFC 9110 §5.5), with much of what cookies and tickets are made of.
  const piece = fc.constantFrom(
    ...["auth_pubtkt=", "uid%3D", "%00", "%", "=", ";", ",", '"', "+", " ", "\t", "\xff", "\x80"],
  );
  const garbage = fc.array(fc.oneof(piece, fc.stringMatching(/^[!-~]{0,8}$/)));
  const damaged = fc
    .tuple(fc.integer({ min: "auth_pubtkt=".length, max: good.length - 1 }), piece)
    .map(([at, by]) => good.slice(0, at) + by + good.slice(at + 1))
    .filter((text) => text !== good);
  const cookies = fc.oneof(
    damaged,
    garbage.map((pieces) => pieces.join("")),
  );
  await fc.assert(
    fc.asyncProperty(cookies, async (value) => {
      const { status, text } = await ask(site, [`Cookie: ${value}`]);
      assert.ok(status >= 400 && status < 500, text);
      assert.doesNotMatch(text, /REMOTE_USER/);
    }),
    { numRuns: 300 },
  );
});

function ask(site: PreparedSite, lines: readonly string[]): Promise<RawAnswer> {
  const host = `Host: ${site.host}:${site.port}`;
  return sendLines(site.port, ["GET /whoami HTTP/1.1", host, ...lines, "Connection: close"]);
}
