import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { migrateApache } from "../../src/migrate/migrate-apache.ts";
import { memoryWorld } from "./memory-world.ts";

/** The lines of a file of examples/apache-fcgi, on which the tests against a real Apache rest. */
function essence(name: string): readonly string[] {
  const file = new URL(`../../../../examples/apache-fcgi/${name}`, import.meta.url);
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#"));
}

function lineOf(name: string, pattern: RegExp): string {
  return essence(name).find((line) => pattern.test(line)) ?? "";
}

const head = "TKTAuthPublicKey /k\nTKTAuthLoginURL https://sso/\n";

/** The configuration after the migration; `lines` stand in its one virtual host. */
function changed(lines: string, others: Record<string, string> = {}, before = "") {
  const main = `Listen 80\n${before}<VirtualHost *:80>\n  ServerName a.example\n  DocumentRoot /srv\n${head}${lines}</VirtualHost>\n`;
  const { files, remarks } = migrateApache(
    ["/main.conf"],
    memoryWorld({ "/main.conf": main, ...others }),
  );
  const textOf = (path: string) => files.find((file) => file.path === path)?.text;
  return {
    main: textOf("/main.conf"),
    textOf,
    errors: remarks.filter(({ level }) => level === "error"),
  };
}

const definition =
  "AuthnzFcgiDefineProvider authn countersign fcgi:///run/countersign/authorizer.sock:1/";
const provider = lineOf("httpd.conf", /^AuthnzFcgiCheckAuthnProvider/);
const serverLines = essence("countersign.conf");

test("hands a section over to gatewayd where it was handed to the module", () => {
  const { main } = changed(
    "<Location />\n  AuthType mod_auth_pubtkt\n  Require valid-user\n</Location>\n",
  );
  assert.equal(
    main,
    `Listen 80
${definition}
<VirtualHost *:80>
${serverLines.map((line) => `  ${line}\n`).join("")}  ServerName a.example
  DocumentRoot /srv
<Location />
  AuthType mod_auth_pubtkt
  ${provider}
  Require valid-user
</Location>
</VirtualHost>
`,
  );
});

const within = "<Location />\nAuthType mod_auth_pubtkt\n</Location>\n";

const lines: Record<string, readonly [before: string, after: string]> = {
  "another type of authentication": [
    "AuthType Basic\n",
    "AuthType Basic\nAuthnzFcgiCheckAuthnProvider None\n",
  ],
  "another name than the canonical one": ["UseCanonicalName Off\n", "UseCanonicalName On\n"],
  "made-up passwords": [
    "TKTAuthFakeBasicAuth On\n",
    `${lineOf("identity.conf", /unset Authorization/)}
${lineOf("identity.conf", /set Authorization "/)}
RequestHeader edit* Connection "(?i)Authorization" "x"\n`,
  ],
  "a line about tickets beside others": [
    "Require all granted\nTKTAuthDebug 1\n",
    "Require all granted\n",
  ],
  "a ticket in Authorization": ["TKTAuthHeader Cookie Authorization\n", "CGIPassAuth On\n"],
  "a line that goes on": ["TKTAuthToken a \\\n  b\nRequire valid-user\n", "Require valid-user\n"],
  "what has nothing to do with it": ["Require ip 10.0.0.0/8\n", "Require ip 10.0.0.0/8\n"],
};

for (const [name, [before, after]] of Object.entries(lines)) {
  test(`changes ${name}`, () => {
    const { main } = changed(`${within}<Location /x>\n${before}</Location>\n`);
    assert.ok(main?.includes(`<Location /x>\n${after}</Location>\n`), main);
  });
}

const keptEmpty = /# Keep this empty section: .*\n/;

for (const section of ["Location /x", "Directory /srv/x", "Files x", 'If "true"']) {
  test(`says in <${section}> why it stays, if nothing stays in it`, () => {
    const [name] = section.split(" ");
    const lines = "TKTAuthToken a\nTKTAuthUnauthURL https://sso/no\n";
    const { main = "" } = changed(`${within}<${section}>\n${lines}</${name}>\n`);
    assert.ok(main.replace(keptEmpty, "").includes(`<${section}>\n</${name}>\n`), main);
    assert.match(main, keptEmpty);
  });
}

test("says so in .htaccess, too, where a comment needs no leave", () => {
  const root = "<Directory /srv>\nAllowOverride AuthConfig\n</Directory>\n";
  const files = { "/srv/a/.htaccess": "TKTAuthToken a\n" };
  const { textOf, errors } = changed(within, files, root);
  assert.match(textOf("/srv/a/.htaccess") ?? "", new RegExp(`^${keptEmpty.source}$`));
  assert.deepEqual(errors, []);
});

test("what depends on the module depends on Apache's own one from then on", () => {
  const before = "LoadModule auth_pubtkt_module /usr/lib/apache2/modules/mod_auth_pubtkt.so\n";
  const { main } = changed(`<IfModule mod_auth_pubtkt.c>\n${within}</IfModule>\n`, {}, before);
  for (const name of ["authnz_fcgi", "headers", "setenvif"]) {
    const line = `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so
`;
    assert.ok(main?.includes(line), main);
  }
  assert.match(main ?? "", /^<IfModule mod_authnz_fcgi\.c>$/m);
});

test("changes .htaccess files, which must be allowed to say so", () => {
  const lines = (allowed: string) => `<Directory /srv>\nAllowOverride ${allowed}\n</Directory>\n`;
  const files = { "/srv/.htaccess": "AuthType mod_auth_pubtkt\nTKTAuthToken a\n" };
  const { textOf, errors } = changed(lines("AuthConfig FileInfo"), files);
  assert.deepEqual(
    [textOf("/srv/.htaccess"), errors],
    [`AuthType mod_auth_pubtkt\n${provider}\n`, []],
  );
  assert.deepEqual(
    changed(lines("AuthConfig"), files).errors.map(({ file, line }) => [file, line]),
    [["/srv/.htaccess", 1]],
  );
});

test("leaves servers alone that ask for no tickets", () => {
  const other = "<VirtualHost *:80>\nServerName b.example\nAuthType Basic\n</VirtualHost>\n";
  const { main } = changed(within, {}, other);
  assert.ok(main?.includes(other), main);
});

test("takes lines of the module out wherever they stand, since Apache would not know them", () => {
  const other =
    "<VirtualHost *:80>\nServerName b.example\nDocumentRoot /b\nTKTAuthToken x\n</VirtualHost>\n";
  const root = "<Directory />\nAllowOverride All\n</Directory>\n";
  const { main, textOf } = changed(
    within,
    { "/b/.htaccess": "TKTAuthToken a\nDeny all\n" },
    root + other,
  );
  assert.equal(textOf("/b/.htaccess"), "Deny all\n");
  assert.doesNotMatch(main ?? "", /TKTAuth/);
});
