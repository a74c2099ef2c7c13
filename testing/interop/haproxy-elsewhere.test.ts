import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect, type OutgoingHttpHeaders } from "node:http2";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startApplication } from "../kit/application.ts";
import { startHaproxy } from "../kit/haproxy.ts";
import { makeCertificate } from "../kit/openssl.ts";
import { request } from "../kit/request.ts";
import { changeFile } from "../kit/site.ts";
import { type GuardedSite, prepareGuardedSite, startPrepared } from "./guarded-site.ts";
import { readIdentity } from "./identity.ts";

const page = { accept: "text/html" };

test("HAProxy with gatewayd over TLS and HTTP/2", async (t) => {
  const site = await prepareGuardedSite(t, "haproxy");
  const { certificateFile, keyFile } = makeCertificate(site.folder, site.host);
  const both = join(site.folder, "both.pem");
  const certificate = readFileSync(certificateFile, "utf8");
  writeFileSync(both, certificate + readFileSync(keyFile, "utf8"));
  changeFile(site, "haproxy.cfg", /^ *bind .*$/m, `$& ssl crt "${both}" alpn h2,http/1.1`);
  await startOverHttps(t, site);
  const asked = { path: "/whoami", certificate } as const;

  await t.test("sends away, and back to the site over TLS", async () => {
    const { status, headers } = await askOverHttp2(site, asked.certificate, page);
    assert.equal(status, 307);
    assertLeadsBack(site, headers.location);
  });
  await t.test("finds a ticket among cookies that come apart", async () => {
    const cookie = ["theme=dark", site.cookieOf("good"), "lang=en"];
    const { status, body } = await askOverHttp2(site, certificate, { ...page, cookie });
    assert.equal(status, 200);
    assert.equal(readIdentity(body)?.user, "ada.lovelace");
  });
  await t.test("does the same in HTTP/1.1", async () => {
    const { port, host } = site;
    const asking = { ...asked, port, host: `${host}:${port}`, headers: page };
    assertLeadsBack(site, (await request(asking)).headers.location);
    const headers = { cookie: site.cookieOf("good") };
    assert.equal((await request({ ...asking, headers })).status, 200);
  });
});

test("HAProxy with gatewayd behind what ends TLS", async (t) => {
  const site = await prepareGuardedSite(t, "haproxy");
  const scheme = "    http-request set-var(txn.countersign_scheme) str(https)\n";
  changeFile(site, "haproxy.cfg", /^ *http-request lua/m, `${scheme}$&`);
  await startOverHttps(t, site);
  const { port, host } = site;
  const answer = await request({ port, host: `${host}:${port}`, path: "/whoami", headers: page });
  assert.equal(answer.status, 307);
  assertLeadsBack(site, answer.headers.location);
});

test("HAProxy with gatewayd in a chroot, where only root can put it", async (t) => {
  const site = await prepareGuardedSite(t, "haproxy");
  const { folder, port, host } = site;
  changeFile(site, "haproxy.cfg", "global\n", `global\n    chroot "${folder}"\n`);
  // Inside it the folder is the root of all paths that are opened later on.
  changeFile(site, "haproxy.cfg", `"${folder}/gateway.sock"`, '"/gateway.sock"');
  changeFile(site, "haproxy.cfg", `"${folder}/application.sock"`, '"/application.sock"');
  if (process.getuid?.() !== 0) {
    await assert.rejects(startHaproxy(t, site), /chroot/);
    return;
  }
  await startPrepared(t, { startServer: startHaproxy }, site);
  await startApplication(t, folder);
  const headers = { cookie: site.cookieOf("good") };
  const answer = await request({ port, host: `${host}:${port}`, path: "/whoami", headers });
  assert.equal(readIdentity(answer.body)?.user, "ada.lovelace");
});

async function startOverHttps(t: TestContext, site: GuardedSite): Promise<void> {
  changeFile(site, "gateway.yaml", `origin: ${site.origin}`, `origin: ${overHttps(site)}`);
  await startPrepared(t, { startServer: startHaproxy }, site);
  await startApplication(t, site.folder);
}

function overHttps({ origin }: GuardedSite): string {
  return origin.replace("http:", "https:");
}

/** But for the mark of the loop breaker. */
function assertLeadsBack(site: GuardedSite, location: string | undefined): void {
  const back = new URL(location ?? "").searchParams.get("back");
  assert.ok(back?.startsWith(`${overHttps(site)}/whoami`), location);
}

async function askOverHttp2(site: GuardedSite, ca: string, headers: OutgoingHttpHeaders) {
  const session = connect(`https://127.0.0.1:${site.port}`, { ca, servername: site.host });
  const authority = `${site.host}:${site.port}`;
  const stream = session.request({ ":path": "/whoami", ":authority": authority, ...headers });
  const [answered] = await once(stream, "response");
  let body = "";
  for await (const chunk of stream.setEncoding("utf8")) body += chunk;
  session.close();
  return { status: answered[":status"] as number, headers: answered, body };
}
