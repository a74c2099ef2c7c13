import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { encodeTicket } from "@countersign/ticket";
import { startCaddy } from "../kit/caddy.ts";
import { atEnd } from "../kit/cleanup.ts";
import { startHaproxy } from "../kit/haproxy.ts";
import {
  type PlayedAnswer,
  playedSessionId,
  startPlayedTcpcryptd,
} from "../kit/played-tcpcryptd.ts";
import { runGateway } from "../kit/programs.ts";
import { sendLines } from "../kit/raw-request.ts";
import { startRecordingApplication } from "../kit/recording-application.ts";
import { startFcgiwrap, startPhp } from "../kit/script-servers.ts";
import { scriptServers, scripts, shownSessionId } from "../kit/script-sites.ts";
import { changeFile, type PreparedSite, prepareSite, type SitePlan } from "../kit/site.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { startApache } from "../kit/web-servers.ts";
import { createTestIssuer } from "./tickets.ts";

const now = 1_800_000_000;
const forged = `23${"F0".repeat(32)}`;

/** Everything by which somebody may try to choose what a script finds. */
const tricks: Readonly<Record<string, readonly string[]>> = {
  "the header's own name": [`Tcp-Crypt-Sessid: ${forged}`],
  "the name of the variable": [`TCP_CRYPT_SESSID: ${forged}`],
  "both, in every case": [`TCP-CRYPT-SESSID: ${forged}`, `tcp_crypt_sessid: ${forged}`],
  "other characters between the words": [..."!#$%&'*+.^_`|~"].map(
    (mark) => `Tcp${mark}Crypt${mark}Sessid: ${forged}`,
  ),
  "as it would be after a redirect": [
    `REDIRECT_TCP_CRYPT_SESSID: ${forged}`,
    `Redirect-Tcp-Crypt-Sessid: ${forged}`,
  ],
  "the variables of a FastCGI answer": [`Variable-TCP_CRYPT_SESSID: ${forged}`],
  "a name that goes on": ["X-One: 1", ` Tcp-Crypt-Sessid: ${forged}`],
  "our name as hop-by-hop": ["Connection: close, Tcp-Crypt-Sessid"],
  "another connection": ["X-Countersign-Connection: 127.0.0.1,1,127.0.0.1,2"],
  "another address": [
    "X-Forwarded-For: 192.0.2.7",
    "X-Real-IP: 192.0.2.7",
    "Countersign-Remote-Port: 1",
    "Countersign-Local-Port: 1",
    "REMOTE_PORT: 1",
  ],
};

for (const server of scriptServers) {
  test(`${server.name}: scripts find the session ID of the connection that they were asked on`, async (t) => {
    const site = await startScripts(t, server);
    for (const [language, script] of Object.entries(scripts)) {
      for (const place of ["open", "members"]) {
        await t.test(`${language}, ${place}`, async () => {
          const agent = oneConnection(t);
          const first = await site.visit(`/${place}/${script}`, { agent });
          assert.equal(shownSessionId(first.body), first.own);
          // The next request of the same connection has the same one, and another connection another.
          const second = await site.visit(`/${place}/${script}`, { agent });
          assert.equal(shownSessionId(second.body), first.own);
          const other = await site.visit(`/${place}/${script}`);
          assert.notEqual(other.own, first.own);
          assert.equal(shownSessionId(other.body), other.own);
        });
      }
    }
  });

  test(`${server.name}: the variable is not there where the connection has none`, async (t) => {
    const site = await startScripts(t, server, () => undefined);
    for (const script of Object.values(scripts)) {
      for (const place of ["open", "members"]) {
        const { body } = await site.visit(`/${place}/${script}`);
        assert.equal(shownSessionId(body), undefined, script);
      }
    }
    const { body } = await site.visit("/open/variables.sh");
    assert.doesNotMatch(body, /TCP_CRYPT/);
  });

  test(`${server.name}: nobody is invented where everybody may come in`, async (t) => {
    const site = await startScripts(t, server);
    const basic = `Basic ${Buffer.from("root:root").toString("base64")}`;
    for (const headers of [{}, { cookie: "" }, { authorization: basic }]) {
      const { body, own } = await site.visit("/open/variables.sh", { headers });
      assert.match(body, new RegExp(`^TCP_CRYPT_SESSID=${own}$`, "m"));
      assert.doesNotMatch(body, /REMOTE_USER|AUTH_TYPE|AUTHN_USER/);
    }
    const members = await site.visit("/members/variables.sh", {
      headers: { authorization: basic },
    });
    assert.match(members.body, /^REMOTE_USER=ada$/m);
    assert.doesNotMatch(members.body, /^REMOTE_USER=root$/m);
  });

  test(`${server.name}: no trick of a client's gets a session ID to a script or an application`, async (t) => {
    for (const answer of [undefined, () => undefined]) {
      const site = await startScripts(t, server, answer);
      const application = await startRecordingApplication(t, site.folder);
      for (const [trick, lines] of Object.entries(tricks)) {
        for (const path of [
          ...Object.values(scripts).map((script) => `/open/${script}`),
          `/open/variables.sh?TCP_CRYPT_SESSID=${forged}`,
          "/application/",
        ]) {
          const head = [
            `GET ${path} HTTP/1.1`,
            `Host: ${site.host}:${site.port}`,
            ...lines,
            "Connection: close",
          ];
          const { status, text } = await sendLines(site.port, head);
          assert.ok(status === 200 || status === 400, `${trick}: ${text}`);
          if (status === 400 || path.startsWith("/open/variables")) continue;
          if (path === "/application/") {
            const told = application.lastFields().get("tcp-crypt-sessid") ?? [];
            const expected = answer === undefined ? /^23[0-9A-F]{64}$/ : /^$/;
            assert.match(told.join(), expected, trick);
            assert.ok(!told.includes(forged), trick);
            continue;
          }
          const [, body = ""] = text.split("\r\n\r\n");
          assert.doesNotMatch(body, new RegExp(forged), trick);
          const isEncrypted = body.includes("encrypted, session ID 23");
          assert.equal(isEncrypted, answer === undefined, `${trick}: ${body}`);
        }
      }
    }
  });

  test(`${server.name}: scripts run without a session ID while nobody answers`, async (t) => {
    const silent = await startScripts(t, server, () => "silence");
    const began = performance.now();
    for (let visit = 0; visit < 5; visit += 1) {
      assert.equal(shownSessionId((await silent.visit("/open/session-id.sh")).body), undefined);
    }
    assert.ok(performance.now() - began < 5_000);
    const site = await startScripts(t, server);
    await site.daemon.stop();
    assert.equal(shownSessionId((await site.visit("/open/session-id.sh")).body), undefined);
  });

  test(`${server.name}: a tcpcryptd that was started again is asked again`, async (t) => {
    const site = await startScripts(t, server);
    await site.visit("/open/session-id.sh");
    await site.daemon.stop();
    await startPlayedTcpcryptd(t, site.daemonFolder);
    const { body, own } = await site.visit("/open/session-id.sh");
    assert.equal(shownSessionId(body), own);
  });
}

test("open places need no gatewayd on Apache and nginx", async (t) => {
  for (const server of scriptServers.filter(({ name }) => name !== "lighttpd")) {
    const site = await startScripts(t, server);
    await site.gateway.stop();
    const { status, body, own } = await site.visit("/open/session-id.sh");
    assert.equal(status, 200);
    assert.equal(shownSessionId(body), server.name === "Apache" ? own : undefined);
    assert.equal((await site.visit("/members/session-id.sh")).status, 500);
  }
});

test("Apache: a visitor behind another proxy has no session ID of that proxy's connection", async (t) => {
  const [apache] = scriptServers;
  assert.ok(apache !== undefined);
  const site = await startScripts(t, apache, undefined, (prepared) => {
    const remoteIp = "LoadModule remoteip_module /usr/lib/apache2/modules/mod_remoteip.so\n";
    changeFile(prepared, "httpd.conf", /^(?=TypesConfig)/m, remoteIp);
    changeFile(prepared, "httpd.conf", /^(?=DirectoryIndex)/m, "RemoteIPHeader X-Forwarded-For\n");
  });
  const headers = { "x-forwarded-for": "192.0.2.7" };
  for (const path of ["/open/session-id.sh", "/members/session-id.sh"]) {
    assert.equal(shownSessionId((await site.visit(path, { headers })).body), undefined, path);
  }
});

test("Apache: where ServerName has another port, the configuration says the one of the connection", async (t) => {
  const [apache] = scriptServers;
  assert.ok(apache !== undefined);
  const site = await startScripts(t, apache, undefined, (prepared) => {
    const { port } = prepared;
    const own = `$1 ServerName wiki.example.com:8443\nSetEnvIf Request_URI "^" COUNTERSIGN_LOCAL_PORT=${port}`;
    changeFile(prepared, "httpd.conf", /( *)ServerName wiki\.example\.com:[0-9]+/, own);
    changeFile(prepared, "gateway.yaml", /origin: .*/, "origin: http://wiki.example.com:8443");
  });
  for (const path of ["/open/session-id.sh", "/members/session-id.sh"]) {
    const { body, own } = await site.visit(path);
    assert.equal(shownSessionId(body), own);
  }
});

/** Web servers whose configuration tells gatewayd of the connection anyway. */
const proxies = {
  HAProxy: { example: "haproxy", start: startHaproxy },
  Caddy: { example: "caddy", start: startCaddy },
  "Apache with Lua": { example: ["apache-fcgi", "apache-lua"], start: startApache },
  "Apache with Lua that keeps answers": {
    example: ["apache-fcgi", "apache-lua", "apache-lua-cached"],
    start: startApache,
  },
} as const;

for (const [name, { example, start }] of Object.entries(proxies)) {
  test(`${name}: an application finds the session ID in a header, and none that a client sends`, async (t) => {
    for (const access of ["required", "public"]) {
      const site = await startSite(t, { example }, undefined, (prepared) => {
        const tcpcrypt = `tcpcrypt: { socket: ${JSON.stringify(prepared.daemonSocket)} }\n`;
        changeFile(prepared, "gateway.yaml", /^(?=sites:)/m, tcpcrypt);
        changeFile(prepared, "gateway.yaml", /(?<=origin: .*\n)/, `    access: ${access}\n`);
      });
      const application = await startRecordingApplication(t, site.folder);
      await start(t, site);
      const path = name.startsWith("Apache") ? "/application/whoami" : "/whoami";
      const agent = oneConnection(t);
      const ids = new Set<string>();
      for (const connection of [agent, agent, undefined, undefined]) {
        const headers = { "tcp-crypt-sessid": forged, connection: "close, tcp-crypt-sessid" };
        const { status, own } = await site.visit(path, {
          ...(connection === undefined ? { headers } : { agent: connection }),
        });
        assert.equal(status, 200);
        assert.deepEqual(application.lastFields().get("tcp-crypt-sessid"), [own]);
        ids.add(own);
      }
      assert.equal(ids.size, 3);
    }
  });
}

interface Visiting {
  readonly agent?: Agent;
  readonly headers?: Readonly<Record<string, string>>;
}

type Prepared = PreparedSite & { readonly daemonSocket: string };

async function startScripts(
  t: TestContext,
  server: (typeof scriptServers)[number],
  answer?: PlayedAnswer,
  change: (site: Prepared) => void = () => {},
) {
  const site = await startSite(t, { example: server.example }, answer, change);
  const show =
    "#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n'\nenv | grep -v ^QUERY_STRING=\n";
  writeFileSync(join(site.folder, "scripts", "variables.sh"), show, { mode: 0o755 });
  await Promise.all([startPhp(t, site), startFcgiwrap(t, site)]);
  await server.start(t, site);
  return site;
}

/** A site with all but its web server. */
async function startSite(
  t: TestContext,
  plan: Pick<SitePlan, "example">,
  answer?: PlayedAnswer,
  change: (site: Prepared) => void = () => {},
) {
  const issuer = createTestIssuer();
  const daemonFolder = temporaryFolder(t);
  const daemon = await startPlayedTcpcryptd(t, daemonFolder, answer);
  const site = await prepareSite(t, {
    ...plan,
    host: "wiki.example.com",
    publicKey: issuer.publicKey,
    loginOrigin: "http://sso.example.com",
    values: { TCPCRYPT_SOCKET: daemon.socket },
  });
  change({ ...site, daemonSocket: daemon.socket });
  const settingsFile = join(site.folder, "gateway.yaml");
  const gateway = await runGateway(t, { settingsFile, now: () => now });
  const ticket = encodeTicket(issuer.issue({ uid: "ada", validUntil: now + 3_600 }));
  const cookie = `auth_pubtkt=${ticket}`;
  const visit = (path: string, { agent, headers }: Visiting = {}) =>
    visitSite(site, path, { headers: { cookie, ...headers }, ...(agent && { agent }) });
  return { ...site, daemon, daemonFolder, gateway, visit };
}

/** An answer, and the session ID that the client's end of the connection has. */
interface Seen {
  readonly status: number;
  readonly body: string;
  readonly own: string;
}

function visitSite(
  { host, port }: PreparedSite,
  path: string,
  { agent, headers }: Visiting,
): Promise<Seen> {
  const options = { host: "127.0.0.1", port, path, agent: agent ?? false };
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, headers: { host: `${host}:${port}`, ...headers } });
    sent.once("error", reject);
    sent.once("response", (response) => {
      const { localPort = 0 } = response.socket;
      const own = playedSessionId({
        local: { address: "127.0.0.1", port: localPort },
        remote: { address: "127.0.0.1", port },
      });
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString("utf8"),
          own,
        }),
      );
    });
    sent.end();
  });
}

function oneConnection(t: TestContext): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  atEnd(t, () => agent.destroy());
  return agent;
}
