import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { run } from "../consumer/consumer-folder.ts";
import { accepts, commandsIn, newUser, readme, settingsIn } from "../consumer/new-user.ts";
import { atEnd } from "../kit/cleanup.ts";
import { freeLoopbackPort } from "../kit/loopback-port.ts";
import { makeCertificate } from "../kit/openssl.ts";
import { type Answer, type Ask, request } from "../kit/request.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { startApache, startNginx } from "../kit/web-servers.ts";

const host = "wiki.example.com";

/** A web server of which the README shows a block, and what Debian's own configuration says around it. */
interface Shown {
  readonly block: string;
  /** Where its own configuration is. */
  readonly home: string;
  readonly configuration: (folder: string) => string;
  readonly configurationFile: string;
  readonly start: typeof startNginx;
}

const [nginxBlock = ""] = blocksOf("nginx");
const [apacheBlock = ""] = blocksOf("apache");

const servers: Readonly<Record<string, Shown>> = {
  nginx: {
    block: nginxBlock,
    home: "/etc/nginx",
    configurationFile: "nginx.conf",
    configuration: (folder) => `user www-data; pid "${folder}/nginx.pid"; events {}
http { access_log off; ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((kind) => `${kind}_temp_path "${folder}/${kind}";`)
      .join(" ")} include site; }`,
    start: startNginx,
  },
  Apache: {
    block: apacheBlock,
    home: "/etc/apache2",
    configurationFile: "httpd.conf",
    configuration: (folder) => `ServerRoot "${folder}"
ServerName nobody.invalid
PidFile "${folder}/httpd.pid"
ErrorLog "${folder}/error.log"
User www-data
Group www-data
${modules().join("\n")}
Include site`,
    start: startApache,
  },
};

for (const [name, shown] of Object.entries(servers)) {
  test(`somebody signs in at a site behind ${name} that is configured as the README says`, async (t) => {
    const { ask, signIn, origin } = await startSite(t, shown);

    const program = await request({ ...ask, path: "/page" });
    assert.equal(program.status, 401);
    assert.match(program.headers["content-type"] ?? "", /^application\/problem\+json/);

    const page = await request({ ...ask, path: "/page?a=1", headers: { accept: "text/html" } });
    assert.equal(page.status, 307, page.body);
    const { cookie, back } = await signIn(page.headers.location ?? "");
    assert.ok(back.startsWith(`${origin}/page?a=1`), back);

    const headers = { cookie, accept: "text/html" };
    const seen = await request({ ...ask, path: "/page?a=1", headers });
    assert.deepEqual([seen.status, seen.body], [200, "ada"]);
    const admin = await request({ ...ask, path: "/admin", headers });
    assert.match(
      admin.headers.location ?? "",
      /^https:\/\/sso\.example\.com\/login\?reason=forbidden/,
    );

    const alias = { remote_user: "root", "remote-user": "root", accept: "text/html" };
    const forged = await request({ ...ask, path: "/page", headers: alias });
    assert.ok([307, 400].includes(forged.status), `${forged.status}`);
    const both = await request({
      ...ask,
      path: "/page",
      headers: { ...headers, "remote-user": "root" },
    });
    assert.deepEqual([both.status, both.body], [200, "ada"]);
  });
}

/** Everything that the README shows for the site, with ports and folders of this test. */
async function startSite(t: TestContext, shown: Shown) {
  const user = await newUser(t);
  const port = await freeLoopbackPort();
  const ours = (text: string) =>
    text.replaceAll(/https:\/\/(?:wiki|\*)\.example\.com/g, `$&:${port}`);
  for (const name of ["login.yaml", "gateway.yaml"]) {
    user.write(name, ours(settingsIn(readme, name)));
  }
  const [newKey, addUser, login, makeFolder, gateway] = commandsIn(readme);
  user.run(newKey);
  const password = /\S+$/.exec(user.run(`${addUser} --generate`).trim())?.[0] ?? "";
  user.run(makeFolder);
  await user.start(login, () => accepts({ port: user.port }));
  await user.start(gateway, () => accepts({ path: join(user.folder, "run/gateway.sock") }));

  const folder = temporaryFolder(t);
  const { certificateFile, keyFile } = makeCertificate(folder, host);
  const certificate = readFileSync(certificateFile, "utf8");
  const application = await startApplication(t);
  const sockets = join(user.folder, "run");
  const adapted = (text: string) =>
    text.replaceAll("/run/countersign", sockets).replaceAll(shown.home, folder);
  const copying = readme.match(/^(?:cp|sed) .*$/gm)?.filter((line) => line.includes(shown.home));
  for (const line of copying ?? []) run("sh", ["-c", adapted(line)]);
  const site = adapted(shown.block)
    .replace("listen 443", `listen 127.0.0.1:${port}`)
    .replace("ServerName wiki.example.com", `$&:${port}`)
    .replace("<VirtualHost *:443>", `Listen 127.0.0.1:${port}\n<VirtualHost *:${port}>`)
    .replaceAll("/etc/ssl/wiki.example.com.pem", certificateFile)
    .replaceAll("/etc/ssl/wiki.example.com.key", keyFile)
    .replaceAll("127.0.0.1:3000", `127.0.0.1:${application}`);
  writeFileSync(join(folder, "site"), site);
  writeFileSync(join(folder, shown.configurationFile), shown.configuration(folder));
  const origin = `https://${host}:${port}`;
  await shown.start(t, { folder, host, port, origin, loginOrigin: "https://sso.example.com" });
  const ask: Omit<Ask, "path"> = { port, host: `${host}:${port}`, certificate };
  return { ask, origin, signIn: (address: string) => signIn(user.port, address, password) };
}

/** Opens the login page, fills in the form, and gives the ticket and the way back. */
async function signIn(port: number, address: string, password: string) {
  const { pathname, search, origin, host, searchParams } = new URL(address);
  assert.equal(origin, "https://sso.example.com");
  const ask = { port, host, path: pathname + search };
  const page = await request(ask);
  assert.equal(page.status, 200, page.body);
  const [, token = ""] = /name="token" value="([^"]*)"/.exec(page.body) ?? [];
  const back = searchParams.get("back") ?? "";
  const answer = await request({
    ...ask,
    method: "POST",
    headers: { origin, cookie: cookiesOf(page) },
    body: new URLSearchParams({ username: "ada", password, token, back }),
  });
  assert.equal(answer.status, 303, answer.body);
  return { cookie: cookiesOf(answer), back };
}

function cookiesOf({ setCookies }: Answer): string {
  return setCookies.map((text) => text.split(";", 1)[0]).join("; ");
}

/** An application that says whom it takes its visitor for. */
async function startApplication(t: TestContext): Promise<number> {
  const server = createServer(({ headers }, response) => response.end(headers["remote-user"]));
  atEnd(t, () => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}

/** What Debian loads in any case, and what the README says to enable, with what that needs. */
function modules(): readonly string[] {
  const [, named = ""] = /`a2enmod ([^`]*)`/.exec(readme) ?? [];
  const first = [
    "mpm_event",
    "authn_core",
    "authz_core",
    "authz_user",
    "alias",
    "proxy",
    "socache_shmcb",
  ];
  return [...first, ...named.split(" ")].map(
    (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
  );
}

function blocksOf(language: string): readonly string[] {
  const fenced = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm");
  return [...readme.matchAll(fenced)].map(([, text = ""]) => text);
}
