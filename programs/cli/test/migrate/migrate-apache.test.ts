import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { migrateApache } from "../../src/migrate/migrate-apache.ts";
import { memoryWorld } from "./memory-world.ts";

/** Migrates one virtual host with these lines, of which the first is line 5. */
function migrate(lines: string, files: Record<string, string> = {}) {
  const head = "<VirtualHost *:80>\nServerName a.example\nDocumentRoot /srv\nTKTAuthPublicKey /k\n";
  const main = `${head}${lines}\n</VirtualHost>\n`;
  return migrateApache(["/a.conf"], memoryWorld({ "/a.conf": main, ...files }));
}

const guarded = "<Location />\nAuthType mod_auth_pubtkt\nRequire valid-user\n</Location>";

test("a plain site becomes a plain site", () => {
  const { yaml, remarks } = migrate(
    `TKTAuthLoginURL https://sso/\nTKTAuthDigest SHA256\n${guarded}`,
  );
  assert.deepEqual(remarks, []);
  assert.equal(
    yaml,
    `# Written by countersign migrate apache. Look it over, then: countersign check gateway.yaml
fastcgi: ["unix:/run/countersign/authorizer.sock"]
sites:
  # /a.conf:1
  - origin: "http://a.example"
    compatibility: mod_auth_pubtkt
    answerWith: redirects
    loopBreaker: false
    keys: [{ file: "/k", digest: sha256 }]
    loginUrl: "https://sso/"
`,
  );
});

/** What is told: the level and the line. */
const told: Record<string, readonly [lines: string, ...told: string[]]> = {
  "a digest that the module had reset": [
    `TKTAuthDigest SHA512\nTKTAuthPublicKey /k2\n${guarded}`,
    "warning 6",
  ],
  "a digest reset in a section": [
    `TKTAuthDigest SHA512\n${guarded}\n<Location /a>\nTKTAuthPublicKey /k2\n</Location>`,
    "warning 11",
  ],
  "other names": [`ServerAlias b.example\n${guarded}`, "warning 5"],
  "an If that cannot be decided": [
    `${guarded}\n<If "%{HTTP_X} == 'a'">\nTKTAuthToken a\n</If>`,
    "error 9",
  ],
  "an If that says nothing of tickets": [
    `${guarded}\n<If "%{HTTP_X} == 'a'">\nRequire all granted\n</If>`,
  ],
  "an If about GET, which would be HEAD as well": [
    `${guarded}\n<If "%{REQUEST_METHOD} == 'GET'">\nTKTAuthToken a\n</If>`,
    "error 9",
  ],
  "a regular expression that no glob can say": [
    `${guarded}\n<LocationMatch "^/a.b">\nTKTAuthToken a\n</LocationMatch>`,
    "error 9",
  ],
  "a section that this does not know": [
    `${guarded}\n<Proxy *>\nTKTAuthToken a\n</Proxy>`,
    "error 9",
  ],
  "files in an If": [
    `${guarded}\n<If "true">\n<Files a>\nTKTAuthToken a\n</Files>\n</If>`,
    "error 10",
  ],
  "two Ifs that may both be true": [
    `${guarded}\n<If "-R '10.0.0.0/8'">\nTKTAuthToken a\n</If>\n<If "%{REQUEST_METHOD} == 'POST'">\nTKTAuthToken b\n</If>`,
    "error 12",
  ],
  "a path that ends in a slash": [
    `${guarded}\n<Location /a/>\nTKTAuthToken a\n</Location>`,
    "warning 9",
  ],
  "folders of any name": [
    `${guarded}\n<Directory /srv/*>\nTKTAuthToken a\n</Directory>`,
    "warning 9",
  ],
  rewriting: [`RewriteRule ^/a /b\n${guarded}`, "warning 5"],
  "a page of an error that asks for a ticket": [
    `ErrorDocument 404 /errors/404.html\n${guarded}`,
    "warning 5",
  ],
  "a page of an error that is open": [
    `ErrorDocument 404 /404.html\n${guarded}\n<Location /404.html>\nRequire all granted\n</Location>`,
  ],
  "paths that differ in capitals": [
    `${guarded}\n<Location /a>\nTKTAuthToken a\n</Location>\n<Location /A>\nTKTAuthToken b\n</Location>`,
    "error 1",
  ],
  "nothing to inherit for what the place around has": [
    `<Location /a>\nAuthType mod_auth_pubtkt\nTKTAuthLoginURL https://sso/\n</Location>\nAlias /a/b /x`,
  ],
  "no site at all": ["Require all granted", "error 1"],
};

for (const [name, [lines, ...expected]] of Object.entries(told)) {
  test(`tells of ${name}: ${expected.join(", ") || "nothing"}`, () => {
    const { remarks } = migrate(lines);
    assert.deepEqual(
      remarks.map(({ level, line }) => `${level} ${line}`),
      expected,
    );
  });
}

test("a place without a key is told, since Apache answered 500", () => {
  const world = memoryWorld({ "/a.conf": `Listen 80\nServerName a.example\n${guarded}` });
  const { remarks } = migrateApache(["/a.conf"], world);
  assert.ok(remarks.some(({ level, line }) => level === "error" && line === 4));
});

test("a server of which something is left out asks gatewayd, under its own name alone", () => {
  const odd = `<LocationMatch "^/a.b">\nAuthType mod_auth_pubtkt\n</LocationMatch>`;
  const { yaml, apache, remarks } = migrate(odd);
  assert.deepEqual(
    remarks.map(({ level }) => level),
    ["error"],
  );
  assert.match(yaml, /unresolved:/);
  assert.match(apache, /UseCanonicalName On/);
});

test("a server whose folders are nobody's business is left alone", () => {
  const main = `<Directory /srv/wiki>\nAuthType mod_auth_pubtkt\nTKTAuthPublicKey /k\n</Directory>
<VirtualHost *:80>\nServerName wiki.example\nDocumentRoot /srv/wiki\n</VirtualHost>
<VirtualHost *:80>\nServerAlias x\nDocumentRoot /srv/blog\n</VirtualHost>\n`;
  const { yaml, remarks } = migrateApache(["/a.conf"], memoryWorld({ "/a.conf": main }));
  assert.deepEqual([yaml.match(/origin: .*/g), remarks], [['origin: "http://wiki.example"'], []]);
});

test("a server without a name is told", () => {
  const world = memoryWorld({ "/a.conf": `Listen 80\nTKTAuthPublicKey /k\n${guarded}` });
  const { remarks } = migrateApache(["/a.conf"], world);
  assert.deepEqual(remarks.map(({ level, line }) => `${level} ${line}`).slice(0, 1), ["error 1"]);
});

test("a main server without virtual hosts is a site, with lines of its own", () => {
  const main = `Listen 80\nServerName a.example\nTKTAuthPublicKey /k\n${guarded}\n`;
  const { yaml, files, remarks } = migrateApache(["/a.conf"], memoryWorld({ "/a.conf": main }));
  assert.deepEqual(remarks, []);
  assert.match(yaml, /origin: "http:\/\/a\.example"/);
  assert.match(
    files[0]?.text ?? "",
    /AuthnzFcgiDefineProvider .*\nUseCanonicalName On\n(?:SetEnvIf.*\n){2}(?:Header .*\n){2}<Location \/>/,
  );
});

test("two servers of one name are one site, if they want the same", () => {
  const host = (token: string) =>
    `<VirtualHost *:80>\nServerName a.example\nTKTAuthPublicKey /k\nTKTAuthToken ${token}\n${guarded}\n</VirtualHost>\n`;
  const count = (text: string) => {
    const { yaml, remarks } = migrateApache(["/a.conf"], memoryWorld({ "/a.conf": text }));
    return [
      yaml.match(/origin:/g)?.length,
      remarks.filter(({ level }) => level === "error").length,
    ];
  };
  assert.deepEqual(count(host("a") + host("a")), [1, 0]);
  assert.deepEqual(count(host("a") + host("b")), [1, 1]);
});

test("keys of passwords come as files, one for each, and nowhere else", () => {
  const key = (path: string, text: string) =>
    `<Location ${path}>\nTKTAuthPassthruBasicAuth On\nTKTAuthPassthruBasicKey ${text}\n</Location>`;
  const lines = [
    guarded,
    key("/a", "0123456789abcdef"),
    key("/b", "fedcba9876543210"),
    key("/c", "0123456789abcdef"),
  ];
  const { secrets, ...rest } = migrate(lines.join("\n"));
  assert.deepEqual(secrets, [
    { name: "basic-auth-1.key", text: "0123456789abcdef" },
    { name: "basic-auth-2.key", text: "fedcba9876543210" },
  ]);
  assert.doesNotMatch(JSON.stringify(rest), /0123456789abcdef|fedcba9876543210/);
});

test("a place where visitors have nowhere to go cannot take back what the place around says", () => {
  const files = { "/srv/.htaccess": "", "/x/y": "" };
  const lines = `AuthType mod_auth_pubtkt\n<Directory /srv>\nTKTAuthLoginURL https://sso/\n</Directory>\nAlias /x /x`;
  const { remarks } = migrate(lines, files);
  assert.deepEqual(
    remarks.map(({ level, line }) => `${level} ${line}`),
    ["error 5"],
  );
});

test("whatever a configuration says, something comes of it", () => {
  const line = fc.constantFrom(
    "<VirtualHost *:80>",
    "</VirtualHost>",
    "<Location /a>",
    "</Location>",
    '<LocationMatch "a|b(">',
    "</LocationMatch>",
    "<Directory /srv/*>",
    "</Directory>",
    "<Files *.a>",
    "</Files>",
    "<If \"-R '10.0.0.0/8'\">",
    "</If>",
    "<Else>",
    "</Else>",
    "AuthType mod_auth_pubtkt",
    "AuthType Basic",
    "ServerName a.example",
    "ServerName https://b:1",
    "Listen 8080",
    "TKTAuthPublicKey k",
    "TKTAuthToken a b \\",
    "TKTAuthHeader",
    "TKTAuthFakeBasicAuth On",
    "TKTAuthLoginURL /login",
    "Include *.conf",
    "Include /a.conf",
    "Define X <",
    `\${X}`,
    "Alias /a/** /**",
    "DocumentRoot /srv",
    "AllowOverride All",
    "<Macro m $a>",
    "</Macro>",
    "Use m /",
    "constructor",
    "__proto__ x",
    "TKTAuthDigest constructor",
    "<constructor>",
    "ProxyPass /a !",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.string()), { maxLength: 40 }), (lines) => {
      const world = memoryWorld({
        "/a.conf": lines.join("\n"),
        "/srv/a/.htaccess": lines.slice(0, 5).join("\n"),
      });
      const { yaml, remarks } = migrateApache(["/a.conf"], world);
      assert.ok(yaml.startsWith("#"));
      for (const { line: number } of remarks) assert.ok(number >= 1);
    }),
    { numRuns: 500 },
  );
});

test("a site of very many parts is told of, in time", () => {
  const sections = Array.from({ length: 3000 }, (_, index) =>
    index % 2 === 0
      ? `<Location /a${index}/b>\nTKTAuthToken t${index}\n</Location>`
      : `<LocationMatch "/x${index}.*y${index}">\nTKTAuthToken t${index}\n</LocationMatch>`,
  );
  const { remarks } = migrate(`${guarded}\n${sections.join("\n")}`);
  assert.ok(remarks.some(({ level }) => level === "error"));
});
