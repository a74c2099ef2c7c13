import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:http2";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { encodeTicket, type TicketFields } from "@countersign/ticket";
import { startApplication } from "../kit/application.ts";
import { withoutMarkInBack } from "../kit/loop-mark.ts";
import { makeCertificate } from "../kit/openssl.ts";
import { runGateway } from "../kit/programs.ts";
import { type Answer, request } from "../kit/request.ts";
import { changeFile, type PreparedSite, prepareSite } from "../kit/site.ts";
import { startApache } from "../kit/web-servers.ts";
import { withPolicy } from "./changed-settings.ts";
import { readIdentity } from "./identity.ts";
import { createTestIssuer } from "./tickets.ts";

const now = 1_800_000_000;

test("Apache asks gatewayd before it shows a file, a folder, and what is not there", async (t) => {
  const { visit, cookie } = await startSite(t);
  for (const path of ["/index.html", "/", "/members/", "/nothing-here"]) {
    const refused = await visit({ path });
    assert.equal(refused.status, 307, `${path} ${refused.body}`);
    assert.match(refused.headers.location ?? "", /\/login\?back=/);
    const shown = await visit({ path, headers: { cookie: cookie() } });
    assert.equal(shown.status, path === "/nothing-here" ? 404 : 200);
  }
});

test("a folder's .htaccess asks gatewayd, where AllowOverride lets it", async (t) => {
  const { visit, cookie } = await startSite(t, (site) => {
    changeFile(site, "httpd.conf", / *<Location "\/">\n *AuthType[\s\S]*?<\/Location>\n/, "");
    changeFile(
      site,
      "httpd.conf",
      /(?<=<Directory "[^"]*">\n *AllowOverride None\n) *Require all denied/,
      "Require all granted",
    );
  });
  assert.equal((await visit({ path: "/index.html" })).status, 200);
  assert.equal((await visit({ path: "/members/" })).status, 307);
  const shown = await visit({ path: "/members/", headers: { cookie: cookie() } });
  assert.match(shown.body, /You are a member/);
});

test("Apache asks nobody about a place that everybody is granted", async (t) => {
  const { visit, log } = await startSite(t, (site) => {
    const open = '<Location "/cgi/">\nRequire all granted\n</Location>\n';
    changeFile(site, "httpd.conf", /(?=<\/VirtualHost>\s*$)/, open);
  });
  const { status, body } = await visit({ path: "/cgi/whoami", headers: { "remote-user": "root" } });
  assert.equal(status, 200);
  assert.deepEqual(readIdentity(body), { user: "", tokens: "", userData: "", authType: "" });
  assert.doesNotMatch(log(), /"decided"/);
});

test("no spelling of our names passes to an application, even where nobody is asked", async (t) => {
  const { site, visit, log } = await startSite(t, (site) => {
    const open = /(?=Include \S*identity\.conf)/;
    changeFile(site, "httpd.conf", open, "AuthType None\nRequire all granted\n");
  });
  await startApplication(t, site.folder);
  const path = "/application/whoami";
  for (const name of ["remote-user", "Remote_User", "Remote~User", "Auth!Type", "X.Real-IP"]) {
    const { status, body } = await visit({ path, headers: { [name]: "root" } });
    assert.equal(status, name === "remote-user" ? 200 : 400, name);
    assert.doesNotMatch(body, /root/);
  }
  assert.doesNotMatch(log(), /"decided"/);
});

test("over TLS and HTTP/2 the way back is https, and everything else as ever", async (t) => {
  const { site, visit, cookie } = await startSite(t, serveOverTls);
  const certificate = readFileSync(join(site.folder, "certificate.pem"), "utf8");
  const back = encodeURIComponent(`https://${site.host}:${site.port}/cgi/whoami`);
  const sentTo = `${site.loginOrigin}/login?back=${back}`;

  await t.test("TLS", async () => {
    const refused = await visit({ path: "/cgi/whoami", certificate });
    assert.equal(refused.status, 307, refused.body);
    assert.equal(withoutMarkInBack(refused.headers.location ?? "").location, sentTo);
    const asked = { path: "/cgi/whoami", certificate, headers: { cookie: cookie() } };
    assert.equal(readIdentity((await visit(asked)).body)?.user, "ada");
  });

  await t.test("HTTP/2", async () => {
    const refused = await askOverHttp2(site, certificate, {});
    assert.equal(refused.status, 307, refused.body);
    assert.equal(withoutMarkInBack(refused.location ?? "").location, sentTo);
    const program = await askOverHttp2(site, certificate, { accept: "application/json" });
    assert.equal(program.status, 401);
    assert.equal(JSON.parse(program.body).reason, "no-ticket");
    // Browsers split the Cookie field over HTTP/2 (RFC 9113 §8.2.3).
    const cookies = ["a=1", cookie(), "b=2"];
    const shown = await askOverHttp2(site, certificate, { cookie: cookies });
    assert.equal(readIdentity(shown.body)?.user, "ada", shown.body);
  });
});

test("a place that asks for TLS sends away who comes without", async (t) => {
  const { visit, cookie } = await startSite(t, undefined, { requireTls: true });
  assert.equal((await visit({ path: "/", headers: { cookie: cookie() } })).status, 307);
});

test("a CGI finds the password and the cookies that gatewayd gives it, and no others", async (t) => {
  const policy = { basicAuth: "ticket", hideTicket: true, access: "optional" };
  const { visit, cookie } = await startSite(t, showCredentials, policy);
  const basicAuth = Buffer.from("ada:secret").toString("base64");
  const own = { authorization: "Basic cm9vdDpyb290" };
  const cases = [
    [{ cookie: `a=1; ${cookie({ basicAuth })}`, ...own }, `Basic ${basicAuth}|a=1`],
    [{ cookie: cookie(), ...own }, "|"],
    [own, "|"],
  ] as const;
  for (const [headers, seen] of cases) {
    assert.equal((await visit({ path: "/cgi/credentials", headers })).body.trim(), seen);
  }
});

test("a ticket that is hidden still opens what Apache goes on to by itself", async (t) => {
  const { visit, cookie } = await startSite(t, hideEverywhere, { hideTicket: true });
  const headers = { cookie: `a=1; ${cookie()}` };
  const index = await visit({ path: "/", headers });
  assert.equal(index.status, 200, index.headers.location);
  assert.match(index.body, /You are in/);
  // Apache asks once more about a page for errors, when the ticket is gone, unless all are granted it.
  const missing = await visit({ path: "/nothing-here", headers });
  assert.equal(missing.status, 404);
  assert.equal(missing.body, "|a=1");
});

interface Asking {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly certificate?: string;
}

async function startSite(
  t: TestContext,
  change: (site: PreparedSite) => void = () => {},
  policy: Readonly<Record<string, unknown>> = {},
) {
  const issuer = createTestIssuer();
  const site = await prepareSite(t, {
    example: "apache-fcgi",
    host: "wiki.example.com",
    publicKey: issuer.publicKey,
    loginOrigin: "http://sso.example.com",
  });
  change(site);
  const settingsFile = join(site.folder, "gateway.yaml");
  writeFileSync(settingsFile, withPolicy(readFileSync(settingsFile, "utf8"), policy));
  const gateway = await runGateway(t, { settingsFile, now: () => now });
  await startApache(t, site);
  return {
    site,
    log: gateway.log,
    cookie: (fields: Partial<TicketFields> = {}) => {
      const ticket = issuer.issue({ uid: "ada", validUntil: now + 3_600, ...fields });
      return `auth_pubtkt=${encodeTicket(ticket)}`;
    },
    visit: ({ headers, ...asking }: Asking): Promise<Answer> =>
      request({
        port: site.port,
        host: `${site.host}:${site.port}`,
        headers: { accept: "text/html", ...headers },
        ...asking,
      }),
  };
}

/** What a virtual host needs for TLS and HTTP/2; gatewayd needs the other origin. */
function serveOverTls(site: PreparedSite): void {
  const { certificateFile, keyFile } = makeCertificate(site.folder, site.host);
  const modules = ["ssl", "http2"].map(
    (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`,
  );
  changeFile(site, "httpd.conf", /^(?=TypesConfig)/m, modules.join(""));
  const tls = [
    "Protocols h2 http/1.1",
    "SSLEngine on",
    `SSLCertificateFile "${certificateFile}"`,
    `SSLCertificateKeyFile "${keyFile}"`,
  ];
  changeFile(site, "httpd.conf", /^( *ServerName .*\n)(?= {4})/gm, `$1${tls.join("\n")}\n`);
  changeFile(site, "gateway.yaml", "origin: http:", "origin: https:");
}

function showCredentials(site: PreparedSite): void {
  const script =
    '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n%s|%s" "$HTTP_AUTHORIZATION" "$HTTP_COOKIE"\n';
  writeFileSync(join(site.folder, "cgi", "credentials"), script, { mode: 0o755 });
  const place = `<Location "/cgi/">\nCGIPassAuth On\nInclude "${site.folder}/identity.conf"\n</Location>\n`;
  changeFile(site, "httpd.conf", /(?=<\/VirtualHost>\s*$)/, place);
}

function hideEverywhere(site: PreparedSite): void {
  showCredentials(site);
  const hide = `<Location "/">\nInclude "${site.folder}/identity.conf"\n</Location>\n`;
  const errors =
    '<Location "/cgi/">\nRequire all granted\n</Location>\nErrorDocument 404 /cgi/credentials\n';
  changeFile(site, "httpd.conf", /(?=<\/VirtualHost>\s*$)/, hide + errors);
}

interface Http2Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

function askOverHttp2(
  { host, port }: PreparedSite,
  certificate: string,
  headers: Readonly<Record<string, string | readonly string[]>>,
): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    const options = { ca: certificate, servername: host };
    const session = connect(`https://127.0.0.1:${port}`, options).on("error", reject);
    const stream = session.request({
      ":path": "/cgi/whoami",
      ":authority": `${host}:${port}`,
      accept: "text/html",
      ...(headers as Record<string, string | string[]>),
    });
    const chunks: Buffer[] = [];
    stream.on("response", ({ ":status": status = 0, location }) => {
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        session.close();
        resolve({ status, location, body: Buffer.concat(chunks).toString("utf8") });
      });
    });
    stream.on("error", reject);
    stream.end();
  });
}
