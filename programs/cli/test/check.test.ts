import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { makeKeys, run, temporaryFolder } from "./command.ts";

const login = `listen: 127.0.0.1:0
publicUrl: https://sso.example.com
database: ./login.db
signingKey: { file: ./k.pem }
sites: [ "https://*.example.com" ]
cookie: { domain: example.com }
`;

const gateway = `http: [ "127.0.0.1:0" ]
trustedProxies: [ 127.0.0.1 ]
keys: [ { file: ./k.pem.pub } ]
sites:
  - origin: https://wiki.example.com
    loginUrl: https://sso.example.com/login
`;

async function folderWith(files: Record<string, string>) {
  const folder = await temporaryFolder();
  await makeKeys(folder.path, "k.pem");
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder.path, name), content, { mode: 0o600 });
  }
  return folder;
}

test("finds nothing wrong with good files, however they are named", async () => {
  await using folder = await folderWith({ "a.yaml": login, "b.yaml": gateway });
  const recognised = await run(folder.path, ["check", "a.yaml", "b.yaml"]);
  assert.deepEqual([recognised.code, recognised.stderr], [0, ""]);
  assert.equal(recognised.stdout, "a.yaml (login): ok\nb.yaml (gateway): ok\n");
  const named = await run(folder.path, ["check", "--login", "a.yaml", "--gateway", "b.yaml"]);
  assert.deepEqual([named.code, named.stdout], [0, recognised.stdout]);
});

test("finds everything that is wrong with several files at once", async () => {
  await using folder = await folderWith({
    "login.yaml": login.replace("listen:", "lisen:").replace("https://*.", "ftp://*."),
    "gateway.yaml": gateway.replace("127.0.0.1 ]", "0.0.0.0/0 ]").replace("loginUrl", "loginUlr"),
  });
  const { code, stdout } = await run(folder.path, ["check", "login.yaml", "gateway.yaml"]);
  assert.equal(code, 2);
  assert.deepEqual(settingsIn(stdout), [
    "login.yaml:1:1: listen",
    "login.yaml:1:1: lisen",
    "login.yaml:5:10: sites[0]",
    "gateway.yaml:2:19: trustedProxies[0]",
    "gateway.yaml:6:5: sites[0].loginUlr",
  ]);
});

test("one file that cannot be read or recognised hides nothing about the others", async () => {
  await using folder = await folderWith({
    "login.yaml": login.replace("listen:", "lisen:"),
    "other.yaml": "a: 1\n",
  });
  await mkdir(join(folder.path, "folder"));
  const names = ["no.yaml", "other.yaml", "folder", "k.pem", "login.yaml"];
  const { code, stdout, stderr } = await run(folder.path, ["check", ...names]);
  assert.deepEqual([code, stderr], [2, ""]);
  assert.match(stdout, /^no\.yaml: 1 problem\n {2}no\.yaml:1:1: expected .*cannot read no\.yaml/);
  const advice = "say which with --login FILE or --gateway FILE";
  assert.match(stdout, new RegExp(`^  other.yaml:1:1: expected .*: ${advice}$`, "m"));
  assert.match(stdout, /^ {2}k\.pem:1:\d+: expected (?!settings of)/m);
  assert.match(stdout, /^ {2}folder:1:1: expected .*folder is not a regular file$/m);
  assert.match(stdout, /^login\.yaml \(login\): 2 problems$/m);
});

test("what the schema finds does not hide what is wrong outside, nor the other way round", async () => {
  await using folder = await folderWith({
    "login.yaml": login
      .replace("listen: 127.0.0.1:0\n", "lisen: 127.0.0.1:0\ndigest: sha3\n")
      .replace("./k.pem", "no.pem")
      .replace("./login.db", "no/login.db"),
    "gateway.yaml": gateway
      .replace("./k.pem.pub", "no.pub, digset: sha1")
      .replace("loginUrl", "loginUlr"),
  });
  const { stdout } = await run(folder.path, ["check", "login.yaml", "gateway.yaml"]);
  assert.deepEqual(settingsIn(stdout), [
    "login.yaml:1:1: listen",
    "login.yaml:1:1: lisen",
    "login.yaml:2:9: digest",
    "login.yaml:4:11: database",
    "login.yaml:5:21: signingKey.file",
    "gateway.yaml:3:17: keys[0].file",
    "gateway.yaml:3:25: keys[0].digset",
    "gateway.yaml:6:5: sites[0].loginUlr",
  ]);
});

test("a required setting that is missing does not hide problems across settings", async () => {
  await using folder = await folderWith({
    "login.yaml": login
      .replace("listen: 127.0.0.1:0\n", "")
      .replace("{ domain: e", "{ domain: f.e"),
    "gateway.yaml": gateway
      .replace(/^keys:.*\n/m, "")
      .replace("trustedProxies: [ 127.0.0.1 ]\n", "")
      .concat("    loginUlr: x\n  - origin: https://wiki.example.com\n"),
  });
  const { stdout } = await run(folder.path, ["check", "login.yaml", "gateway.yaml"]);
  assert.deepEqual(settingsIn(stdout), [
    "login.yaml:1:1: listen",
    "login.yaml:4:10: sites[0]",
    "login.yaml:5:19: cookie.domain",
    "gateway.yaml:1:1: keys",
    "gateway.yaml:1:1: trustedProxies",
    "gateway.yaml:5:5: sites[0].loginUlr",
    "gateway.yaml:6:13: sites[1].origin",
  ]);
});

/** Where the problems are, and which settings they name. */
function settingsIn(stdout: string): readonly (string | undefined)[] {
  const places = stdout.matchAll(/^ {2}(\w+\.yaml:\d+:\d+: [^:]+): expected/gm);
  return [...places].map(([, place]) => place);
}

test("prints the same as JSON", async () => {
  await using folder = await folderWith({ "login.yaml": login.replace("listen:", "lisen:") });
  const { code, stdout } = await run(folder.path, ["check", "login.yaml", "--json"]);
  const { ok, files } = JSON.parse(stdout);
  assert.deepEqual([code, ok, files.length], [2, false, 1]);
  const [{ source, line, column, setting }] = files[0].problems;
  assert.deepEqual([source, line, column, setting], ["login.yaml", 1, 1, "listen"]);
});

const outside: Record<
  string,
  {
    text: string;
    modes?: Record<string, number>;
    environment?: Record<string, string>;
    problem: RegExp;
  }
> = {
  "a signing key that is missing": {
    text: login.replace("./k.pem", "no.pem"),
    problem: /:4:21: signingKey\.file: expected a key file, but cannot read .*no\.pem/,
  },
  "a public key to sign with": {
    text: login.replace("k.pem", "k.pem.pub"),
    problem: /:4:21: signingKey\.file: expected a private key, but this is a public key; name the/,
  },
  "a signing key that others can open": {
    text: login,
    modes: { "k.pem": 0o640 },
    problem: /:4:21: signingKey\.file: expected a private key that its owner alone can open/,
  },
  "an earlier key that is missing": {
    text: `${login}earlierKeys: [ { file: k.pem.pub }, { file: no.pub } ]\n`,
    problem: /:7:45: earlierKeys\[1\]\.file: expected a key file, but cannot read .*no\.pub/,
  },
  "a variable that is not set": {
    text: login.replace("file: ./k.pem", "environment: TICKET_KEY"),
    problem: /:4:28: signingKey\.environment: expected a variable that is set/,
  },
  "a variable that holds no key": {
    text: login.replace("file: ./k.pem", "environment: TICKET_KEY"),
    environment: { TICKET_KEY: "hunter2" },
    problem: /:4:28: signingKey\.environment: expected a usable key/,
  },
  "a database in a folder that is missing": {
    text: login.replace("./login.db", "no/login.db"),
    problem: /:3:11: database: expected a path in a folder that exists: make .*\/no first/,
  },
  "an audit log in a folder that is missing": {
    text: `${login}audit: { file: no/audit.log }\n`,
    problem: /:7:16: audit\.file: expected a path in a folder that exists: make .*\/no first/,
  },
  "a login server's socket in a folder that is missing": {
    text: login.replace("127.0.0.1:0", "unix:no/login.sock"),
    problem: /:1:9: listen: expected a path in a folder that exists: make .*\/no first/,
  },
  "a socket for HTTP in a folder that is missing": {
    text: gateway.replace("127.0.0.1:0", "unix:no/gateway.sock"),
    problem: /:1:9: http\[0\]: expected a path in a folder that exists: make .*\/no first/,
  },
  "a socket for FastCGI in a folder that is missing": {
    text: `${gateway}fastcgi: [ "unix:no/authorizer.sock" ]\n`,
    problem: /:7:12: fastcgi\[0\]: expected a path in a folder that exists: make .*\/no first/,
  },
  "a database that others can open": {
    text: login.replace("./login.db", "k.pem.pub"),
    problem: /:3:11: database: expected a database that its owner alone can open/,
  },
  "a private key to verify with": {
    text: gateway.replace("k.pem.pub", "k.pem"),
    problem: /:3:17: keys\[0\]\.file: expected a usable key, but a private key/,
  },
  "a public key that others can write": {
    text: gateway,
    modes: { "k.pem.pub": 0o664 },
    problem: /:3:17: keys\[0\]\.file: expected a key that its owner alone can write/,
  },
};

for (const [name, { text, modes = {}, environment = {}, problem }] of Object.entries(outside)) {
  test(`finds ${name}`, async () => {
    await using folder = await folderWith({ "x.yaml": text });
    for (const [file, mode] of Object.entries(modes)) await chmod(join(folder.path, file), mode);
    const { code, stdout } = await run(folder.path, ["check", "x.yaml"], { environment });
    assert.equal(code, 2);
    assert.match(stdout, problem);
    assert.doesNotMatch(stdout, /hunter2|PRIVATE KEY/);
  });
}

test("finds a site that allows none of the keys", async () => {
  await using folder = await folderWith({ "x.yaml": gateway.replace("k.pem", "old") });
  await makeKeys(folder.path, "old", "dsa");
  const strict = await run(folder.path, ["check", "x.yaml"]);
  assert.equal(strict.code, 2);
  assert.match(strict.stdout, /:5:5: sites\[0\]: expected compatibility: mod_auth_pubtkt/);
  const opened = gateway.replace("k.pem", "old").concat("    compatibility: mod_auth_pubtkt\n");
  await writeFile(join(folder.path, "x.yaml"), opened);
  assert.equal((await run(folder.path, ["check", "x.yaml"])).code, 0);
});

test("answers no file with exit code 2 and advice", async () => {
  await using folder = await folderWith({});
  const { code, stdout, stderr } = await run(folder.path, ["check"]);
  assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
  assert.match(stderr, /name the files to check/);
});

test("says of a file that does not parse what is wrong there, not that it is unknown", async () => {
  const text = gateway.replace("    loginUrl", "   loginUrl");
  await using folder = await folderWith({ "x.yaml": text });
  const { code, stdout } = await run(folder.path, ["check", "x.yaml"]);
  assert.equal(code, 2);
  assert.match(
    stdout,
    /^x\.yaml: 1 problem\n {2}x\.yaml:6:1: expected lines of one group to be indented alike.*\n$/,
  );
});

const together = {
  "another key": {
    login: login.replace("k.pem", "other.pem"),
    gateway,
    problem:
      /gateway\.yaml:3:7: keys: expected the public half of the signingKey of login\.yaml \(/,
  },
  "another key for one site": {
    login,
    gateway: `${gateway}    keys: [ { file: other.pem.pub } ]\n`,
    problem: /gateway\.yaml:7:11: sites\[0\]\.keys: expected the public half/,
  },
  "another digest": {
    login: login.replace("k.pem", "rsa.pem").concat("digest: sha512\n"),
    gateway: gateway.replace("k.pem", "rsa.pem"),
    problem: /gateway\.yaml:3:7: keys: expected .* with the same digest: rsa-sha512/,
  },
  "a site that the login server does not list": {
    login: login.replace("*.example.com", "shop.example.com"),
    gateway,
    problem:
      /login\.yaml:5:8: sites: expected https:\/\/wiki\.example\.com among them, a site of gateway\.yaml/,
  },
  "a site on another port": {
    login,
    gateway: gateway.replace("wiki.example.com", "wiki.example.com:8443"),
    problem: /login\.yaml:5:8: sites: expected https:\/\/wiki\.example\.com:8443 among them/,
  },
  "a login server at another address": {
    login: login.replace("sso.", "login."),
    gateway,
    problem:
      /gateway\.yaml:6:15: sites\[0\]\.loginUrl: expected https:\/\/login\.example\.com\/login/,
  },
  "a page that the login server does not have": {
    login,
    gateway: gateway.replace("/login", "/signin"),
    problem:
      /gateway\.yaml:6:15: sites\[0\]\.loginUrl: expected https:\/\/sso\.example\.com\/login/,
  },
  "another page for renewals": {
    login,
    gateway: `${gateway}    refreshUrl: https://sso.example.com/login\n`,
    problem:
      /gateway\.yaml:7:17: sites\[0\]\.refreshUrl: expected https:\/\/sso\.example\.com\/refresh/,
  },
  "another cookie": {
    login: login.replace("{ domain", "{ name: ticket, domain"),
    gateway,
    problem:
      /gateway\.yaml:5:5: sites\[0\]\.cookieName: expected ticket, as cookie\.name of login\.yaml/,
  },
  "another argument for the way back": {
    login,
    gateway: `${gateway}    backArgument: return\n`,
    problem: /gateway\.yaml:7:19: sites\[0\]\.backArgument: expected back/,
  },
} satisfies Record<string, { login: string; gateway: string; problem: RegExp }>;

for (const [what, { login, gateway, problem }] of Object.entries(together)) {
  test(`finds between a login server and a gateway ${what}`, async () => {
    await using folder = await folderWith({ "login.yaml": login, "gateway.yaml": gateway });
    await makeKeys(folder.path, "other.pem");
    await makeKeys(folder.path, "rsa.pem", "rsa");
    const { code, stdout } = await run(folder.path, ["check", "login.yaml", "gateway.yaml"]);
    assert.match(stdout, problem);
    assert.equal(code, 2);
    assert.equal(stdout.match(/expected/g)?.length, 1, stdout);
    for (const file of ["login.yaml", "gateway.yaml"]) {
      assert.equal((await run(folder.path, ["check", file])).code, 0, `${file} alone`);
    }
  });
}

test("each site belongs to the login server that it sends people to", async () => {
  const other = login.replace("sso", "login").replace("k.pem", "other.pem");
  const gatewayOfBoth = `${gateway}  - origin: https://shop.example.com
    loginUrl: https://login.example.com/login
    keys: [ { file: other.pem.pub } ]
`;
  const files = { "a.yaml": login, "b.yaml": other, "c.yaml": gatewayOfBoth };
  await using folder = await folderWith(files);
  await makeKeys(folder.path, "other.pem");
  const { code, stdout } = await run(folder.path, ["check", ...Object.keys(files)]);
  assert.equal(code, 0, stdout);
});

test("notes a site without a login server, which may be meant", async () => {
  const alone = gateway.replace(/ {4}loginUrl.*\n/, "");
  await using folder = await folderWith({ "x.yaml": alone });
  const check = () => run(folder.path, ["check", "x.yaml"]);
  const { code, stdout } = await check();
  const note =
    "  note: x.yaml:5:5: sites[0]: expected a loginUrl, unless visitors without a ticket are meant to get 403";
  assert.deepEqual([code, stdout], [0, `x.yaml (gateway): ok\n${note}\n`]);
  for (const more of ["access: public", "access: optional", "answerWith: problems"]) {
    await writeFile(join(folder.path, "x.yaml"), `${alone}    ${more}\n`);
    assert.equal((await check()).stdout, "x.yaml (gateway): ok\n", more);
  }
});
