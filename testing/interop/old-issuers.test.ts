import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { makeKeyFiles } from "../kit/openssl.ts";
import { runGateway } from "../kit/programs.ts";
import { request } from "../kit/request.ts";
import { type PreparedSite, prepareSite } from "../kit/site.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { perlScript, phpScript } from "../kit/ticket-scripts.ts";
import { startNginx } from "../kit/web-servers.ts";
import { readIdentity } from "./identity.ts";
import { assertShowsNothing } from "./outcome.ts";

const now = 1_800_000_000;
const fields = {
  uid: "zoë",
  validuntil: String(now + 60),
  tokens: "staff,ops",
  udata: "one two + three",
};

for (const [language, script] of Object.entries({ PHP: phpScript, Perl: perlScript })) {
  test(`a site that says so takes a login page's old tickets: ${language} with DSA`, async (t) => {
    const { privateFile, publicFile } = makeKeyFiles(temporaryFolder(t), {
      type: "dsa",
      bits: 2048,
    });
    const site = await prepare(t, publicFile, "compatibility: mod_auth_pubtkt");
    await start(t, site);
    await startNginx(t, site);

    const ticket = script.write(fields, privateFile, "sha256");
    const { body } = await visit(site, ticket);
    const { user, tokens, userData } = readIdentity(body) ?? assert.fail(body);
    assert.equal(decodeURIComponent(user), fields.uid);
    assert.equal(tokens, fields.tokens);
    assert.equal(userData, fields.udata);
    assertShowsNothing(await visit(site, ticket.replace("staff", "admin")));
  });
}

test("a site that does not say so does not even start with a DSA key", async (t) => {
  const { publicFile } = makeKeyFiles(temporaryFolder(t), { type: "dsa", bits: 2048 });
  const site = await prepare(t, publicFile, "");
  await assert.rejects(start(t, site), { code: "no-usable-key" });
});

/** nginx after its example, with one more `setting` for the site. */
function prepare(t: TestContext, publicFile: string, setting: string): Promise<PreparedSite> {
  return prepareSite(t, {
    example: "nginx",
    host: "wiki.example.com",
    publicKey: readFileSync(publicFile, "utf8"),
    loginOrigin: "http://sso.example.com",
    change: {
      file: "gateway.yaml",
      by: (text) => text.replace(/^( *)loginUrl:/m, `$1${setting}\n$&`),
    },
  });
}

function start(t: TestContext, { folder }: PreparedSite) {
  return runGateway(t, { settingsFile: join(folder, "gateway.yaml"), now: () => now });
}

function visit({ host, port }: PreparedSite, cookieValue: string) {
  const headers = { cookie: `auth_pubtkt=${cookieValue}` };
  return request({ port, host: `${host}:${port}`, path: "/whoami", headers });
}
