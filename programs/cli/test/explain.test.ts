import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { makeKeys, run, temporaryFolder } from "./command.ts";

const settings = `http: [ "127.0.0.1:0" ]
trustedProxies: [ 127.0.0.1 ]
keys: [ { file: ./k.pem.pub } ]
sites:
  - origin: https://wiki.example.com
    loginUrl: https://sso.example.com/login
    places:
      - path: /admin
        cookieName: admin_ticket
        anyOfTokens: [admin]
        maxSignInAgeSeconds: 3600
      - path: /bound
        requireBoundTicket: true
      - exactPath: /status
        access: public
`;

async function folder() {
  const made = await temporaryFolder();
  await makeKeys(made.path, "k.pem");
  await writeFile(join(made.path, "gateway.yaml"), settings);
  return made;
}

const admin = "https://wiki.example.com/admin/x";

const thoughtUp: Readonly<Record<string, readonly [readonly string[], number, RegExp]>> = {
  "lets in who has all that is asked for": [
    [admin, "--user", "ada", "--token", "admin", "--signed-in", "59m"],
    0,
    /^place {5}path \/admin$[\s\S]*^decision {2}allow: ada$/m,
  ],
  "names the check that failed": [
    [admin, "--user", "ada"],
    1,
    /^ticket {4}thought up for ada;[\s\S]*no {2}any of the tokens: admin$[\s\S]*^decision {2}forbid: no-token: [\s\S]*^answer {4}307 https:\/\/sso/m,
  ],
  "knows how long ago somebody signed in": [
    [admin, "--user", "ada", "--token", "admin", "--signed-in", "61m"],
    1,
    /^decision {2}log-in: old-sign-in: /m,
  ],
  "knows an expired ticket": [
    [admin, "--user", "ada", "--ticket", "expired"],
    1,
    /log-in: expired/,
  ],
  "knows a ticket in its grace period": [
    ["https://wiki.example.com/", "--user", "ada", "--ticket", "in-grace"],
    1,
    /renew: in-grace/,
  ],
  "lets a bound ticket in where one is asked for": [
    ["https://wiki.example.com/bound", "--user", "ada", "--bound"],
    0,
    /allow: ada/,
  ],
  "refuses an unbound one there": [
    ["https://wiki.example.com/bound", "--user", "ada"],
    1,
    /log-in: unbound-ticket/,
  ],
  "lets anybody into a public place": [
    ["https://wiki.example.com/status"],
    0,
    /^place {5}exactPath \/status$[\s\S]*allow: nobody in particular/m,
  ],
  "tells a program otherwise than a page": [
    [admin, "--header", "Accept: application/json"],
    1,
    /log-in: no-ticket[\s\S]*^answer {4}401$/m,
  ],
  "doubts a path with two readings": [
    ["https://wiki.example.com/x/..%2fadmin"],
    1,
    /bad-request: ambiguous-path: servers may read/,
  ],
  "knows no other host, and lists the sites": [
    ["https://evil.example/"],
    1,
    /bad-request: unknown-host[\s\S]*^sites {5}https:\/\/wiki\.example\.com$/m,
  ],
};

for (const [sentence, [args, code, expected]] of Object.entries(thoughtUp)) {
  test(`explain ${sentence}`, async () => {
    await using made = await folder();
    const finished = await run(made.path, ["explain", ...args]);
    assert.match(finished.stdout, expected, finished.stderr);
    assert.equal(finished.code, code);
  });
}

test("explains a real cookie by the real keys, and repeats nothing of it", async () => {
  await using made = await folder();
  const issue = ["ticket", "issue", "--key", "k.pem", "--uid", "bob", "--valid-for", "1h"];
  const { stdout: ticket } = await run(made.path, [...issue, "--cookie"]);
  const input = `auth_pubtkt=${ticket.trim()}`;
  const args = ["explain", "https://wiki.example.com/page", "--cookie", "-", "--json"];
  const { code, stdout, stderr } = await run(made.path, args, { input });
  assert.equal(code, 0, stdout + stderr);
  const { decision, user, site } = JSON.parse(stdout);
  assert.deepEqual([decision, user, site], ["allow", "bob", "https://wiki.example.com"]);
  assert.doesNotMatch(stdout + stderr, /sig=|sig%3D/);
  const forged = await run(made.path, args, { input: input.replace("bob", "eve") });
  assert.equal(JSON.parse(forged.stdout).reason, "bad-signature");
});

test("explain says what is wrong with what it is given", async () => {
  await using made = await folder();
  for (const [args, expected] of [
    [["explain", "wiki.example.com"], /Expected an address such as/],
    [["explain", admin, "--method", "get"], /Expected a method in capitals/],
    [["explain", admin, "--header", "x"], /Expected Name: value/],
    [["explain", admin, "--config", "no.yaml"], /cannot read no\.yaml/],
    [["explain", admin, "--user", "ada", "--cookie", "a"], /cannot be used with/],
  ] as const) {
    const { code, stderr } = await run(made.path, args);
    assert.match(stderr, expected);
    assert.equal(code, 2);
  }
});
