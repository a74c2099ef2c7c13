import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { withoutMarkInBack } from "../kit/loop-mark.ts";
import { request } from "../kit/request.ts";
import { changeFile, type PreparedSite } from "../kit/site.ts";
import { startApache } from "../kit/web-servers.ts";
import { withPlace, withPolicy } from "./changed-settings.ts";
import { prepareGuardedSite, startPrepared } from "./guarded-site.ts";
import { readIdentity } from "./identity.ts";
import type { TicketName } from "./tickets.ts";

const known = { user: "ada.lovelace", tokens: "staff,ops", userData: "Größe = 100 % + mehr" };
const ada = { ...known, authType: "mod_auth_pubtkt" };

test("Apache with mod_lua asks before it shows a file, a folder, and what is not there", async (t) => {
  const { visit } = await startSite(t);
  for (const path of ["/index.html", "/", "/members/", "/nothing-here"]) {
    assertSentAway(await visit(path), path);
    assert.equal((await visit(path, "good")).status, path === "/nothing-here" ? 404 : 200);
  }
});

test("a folder's .htaccess asks gatewayd, where AllowOverride lets it", async (t) => {
  const { visit } = await startSite(t, protectNothing);
  assert.equal((await visit("/index.html")).status, 200);
  assertSentAway(await visit("/members/"), "/members/");
  assert.match((await visit("/members/", "good")).body, /You are a member/);
});

test("the index of a folder is decided on as what the visitor asked for", async (t) => {
  const { visit } = await startSite(t, (site) => {
    protectNothing(site);
    writeFileSync(join(site.folder, "htdocs", "members", ".htaccess"), "");
    const hook = `LuaHookAccessChecker "${site.folder}/countersign.lua" check`;
    insert(site, `<Files "index.html">\n${hook}\nRequire env COUNTERSIGN_ALLOWED\n</Files>\n`);
  });
  for (const path of ["/members/", "/members/?a=b"]) {
    assertSentAway(await visit(path), path);
    assert.match((await visit(path, "good")).body, /You are a member/);
  }
});

test("an index without the right shows no page, and neither does what includes it", async (t) => {
  const { visit } = await startSite(t, (site) => {
    load(site, "include");
    writeFileSync(
      join(site.folder, "htdocs", "all.shtml"),
      'a<!--#include virtual="/members/" -->z',
    );
    protectNothing(site);
    insert(site, '<Files "*.shtml">\nOptions +Includes\nSetOutputFilter INCLUDES\n</Files>\n');
  });
  const { status, body } = await visit("/all.shtml");
  assert.equal(status, 200);
  assert.match(body, /^a\[an error occurred/);
  assert.doesNotMatch(body, /You are a member/);
  assert.match((await visit("/all.shtml", "good")).body, /You are a member/);
});

test("what a rewritten address becomes learns all of its visitor, though the ticket is hidden", async (t) => {
  const policy = { hideTicket: true };
  const rewritten = (site: PreparedSite) => {
    load(site, "rewrite");
    const rules = "RewriteEngine On\nRewriteRule ^whoami$ /cgi/whoami [L]\n";
    mkdirSync(join(site.folder, "htdocs", "rewritten"));
    insert(site, `<Directory "${site.folder}/htdocs/rewritten">\n${rules}</Directory>\n`);
    insert(site, `<Location "/rewritten/">\nInclude "${site.folder}/identity.conf"\n</Location>\n`);
  };
  const { visit } = await startSite(t, rewritten, (text) => withPolicy(text, policy));
  assert.deepEqual(readIdentity((await visit("/rewritten/whoami", "good")).body), ada);
  assertSentAway(await visit("/rewritten/whoami"), "/rewritten/whoami");
});

test("where everybody may come in there is no REMOTE_USER, not even an empty one", async (t) => {
  const { visit } = await startSite(t, showsVariables, (text) =>
    withPlace(text, { path: "/cgi", access: "optional" }),
  );
  assert.equal((await visit("/cgi/variables")).body, "0\n");
  assert.equal((await visit("/cgi/variables", "good")).body, "4\n");
});

test("headers that are more than gatewayd reads are the visitor's fault", async (t) => {
  const { visit } = await startSite(t);
  const long = "x".repeat(8_000);
  const headers = { accept: long, origin: long, "x-requested-with": long };
  const { status } = await visit("/cgi/whoami", "good", headers);
  assert.equal(status, 431);
  assert.equal((await visit("/cgi/whoami", "good")).status, 200);
});

test("Apache's own rules for users know the visitor", async (t) => {
  const { visit } = await startSite(t, (site) => {
    load(site, "authz_user");
    insert(site, '<Location "/cgi/">\nRequire user ada.lovelace\n</Location>\n');
  });
  assert.equal((await visit("/cgi/whoami", "good")).status, 200);
  assert.ok((await visit("/cgi/whoami", "somebody-else")).status >= 401);
  assertSentAway(await visit("/cgi/whoami"), "/cgi/whoami");
});

async function startSite(
  t: TestContext,
  change: (site: PreparedSite) => void = () => {},
  settings: (text: string) => string = (text) => text,
) {
  const site = await prepareGuardedSite(t, ["apache-fcgi", "apache-lua"]);
  change(site);
  const settingsFile = join(site.folder, "gateway.yaml");
  writeFileSync(settingsFile, settings(readFileSync(settingsFile, "utf8")));
  await startPrepared(t, { startServer: startApache }, site);
  const { port, host, origin } = site;
  return {
    async visit(path: string, ticket?: TicketName, more: Readonly<Record<string, string>> = {}) {
      const cookie = ticket === undefined ? {} : { cookie: site.cookieOf(ticket) };
      const headers = { accept: "text/html", ...cookie, ...more };
      return { origin, ...(await request({ port, host: `${host}:${port}`, path, headers })) };
    },
  };
}

type Answered = Awaited<ReturnType<Awaited<ReturnType<typeof startSite>>["visit"]>>;

function assertSentAway({ status, headers, origin, body }: Answered, path: string): void {
  assert.equal(status, 307, body);
  const { location } = withoutMarkInBack(headers.location ?? "");
  assert.equal(new URL(location).searchParams.get("back"), origin + path);
}

/** Then only the .htaccess of /members/ does. */
function protectNothing(site: PreparedSite): void {
  changeFile(site, "httpd.conf", / *<Location "\/">\n *LuaHook[\s\S]*?<\/Location>\n/, "");
  const denied = /(?<=<Directory "[^"]*">\n *AllowOverride None\n) *Require all denied/;
  changeFile(site, "httpd.conf", denied, "Require all granted");
}

function insert(site: PreparedSite, lines: string): void {
  changeFile(site, "httpd.conf", /(?=<\/VirtualHost>\s*$)/, lines);
}

function load(site: PreparedSite, name: string): void {
  const line = `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`;
  changeFile(site, "httpd.conf", /^(?=TypesConfig)/m, line);
}

function showsVariables({ folder }: PreparedSite): void {
  const script =
    '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n"\nenv | grep -cE "^(REMOTE_USER|AUTH_TYPE)"\n';
  writeFileSync(join(folder, "cgi", "variables"), script, { mode: 0o755 });
}
