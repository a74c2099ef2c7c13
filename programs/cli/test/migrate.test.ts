import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { run, temporaryFolder } from "./command.ts";

const site = `<VirtualHost *:80>
ServerName a.example
TKTAuthPublicKey \${KEYS}/k.pem
<Location />
AuthType mod_auth_pubtkt
Require valid-user
TKTAuthPassthruBasicAuth On
TKTAuthPassthruBasicKey 0123456789abcdef
</Location>
</VirtualHost>
`;

const broken = site.replace("<Location />", "<Location /[ab]>");

async function folderWith(text: string) {
  const folder = await temporaryFolder();
  await writeFile(join(folder.path, "a.conf"), text);
  return folder;
}

test("prints both configurations, and what to know beside them", async () => {
  await using folder = await folderWith(site);
  const args = ["migrate", "apache", "a.conf", "--define", "KEYS=/keys"];
  const { code, stdout, stderr } = await run(folder.path, args);
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /^# gateway\.yaml\n.*file: "\/keys\/k\.pem".*\n\.\.\.\n\n# Apache\n.*AuthnzFcgi/s,
  );
  assert.match(
    stderr,
    /a\.conf:7: warning: .*\n.*a\.conf:8: warning: .*basic-auth-1\.key.*\n0 errors, 2 warnings\n$/,
  );
  assert.doesNotMatch(stdout + stderr, /0123456789abcdef/);
});

test("writes a folder, with keys in files of their own", async () => {
  await using folder = await folderWith(site);
  const { code, stdout, stderr } = await run(folder.path, [
    "migrate",
    "apache",
    "a.conf",
    "--out",
    "new",
  ]);
  assert.equal(code, 0, stderr);
  const changed = join("new", "files", folder.path, "a.conf");
  assert.equal(stdout, `new/gateway.yaml\nnew/apache.conf\nnew/basic-auth-1.key\n${changed}\n`);
  assert.doesNotMatch(await readFile(join(folder.path, changed), "utf8"), /TKTAuth/);
  assert.doesNotMatch(stdout + stderr, /0123456789abcdef/);
});

test("prints JSON for scripts, without keys", async () => {
  await using folder = await folderWith(site);
  const { stdout } = await run(folder.path, ["migrate", "apache", "a.conf", "--json"]);
  const { yaml, secretFiles, changedFiles, remarks } = JSON.parse(stdout);
  assert.match(yaml, /a\.example/);
  assert.deepEqual(
    [secretFiles, changedFiles],
    [["basic-auth-1.key"], [join(folder.path, "a.conf")]],
  );
  assert.equal(remarks[0].level, "warning");
  assert.doesNotMatch(stdout, /0123456789abcdef/);
});

test("exit code 1 says that something could not be carried over", async () => {
  await using folder = await folderWith(broken);
  const { code, stderr } = await run(folder.path, ["migrate", "apache", "a.conf"]);
  assert.equal(code, 1);
  assert.match(stderr, /a\.conf:4: error: /);
});

const unusable: Record<string, readonly string[]> = {
  "no file": [],
  "a file that is not there": ["no.conf"],
  "JSON and a folder": ["a.conf", "--json", "--out", "x"],
  "a definition without a name": ["a.conf", "--define", "=x"],
};

for (const [name, args] of Object.entries(unusable)) {
  test(`refuses ${name} as wrong usage`, async () => {
    await using folder = await folderWith(site);
    const { code } = await run(folder.path, ["migrate", "apache", ...args]);
    assert.equal(code, 2);
  });
}
