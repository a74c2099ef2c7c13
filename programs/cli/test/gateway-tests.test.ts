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
    places: [ { path: /admin, anyOfTokens: [admin] }, { path: /lan, networks: [ 10.0.0.0/8 ], access: public } ]
tests:
`;

async function check(tests: string) {
  await using folder = await temporaryFolder();
  await makeKeys(folder.path, "k.pem");
  await writeFile(join(folder.path, "gateway.yaml"), settings + tests);
  return await run(folder.path, ["check", "gateway.yaml"]);
}

const right = `  - { visit: GET https://wiki.example.com/admin, user: ada, tokens: [admin], expect: allow }
  - { visit: GET https://wiki.example.com/admin, user: ada, expect: forbid, reason: no-token }
  - { visit: POST https://wiki.example.com/, expect: log-in }
  - { visit: GET https://wiki.example.com/lan, address: 10.1.2.3, expect: allow }
  - { visit: GET https://wiki.example.com/lan, headers: { Accept: "*/*" }, expect: log-in }
  - { visit: GET https://wiki.example.com/, user: ada, ticket: in-grace, expect: renew }
  - { visit: GET https://wiki.example.com/x/..%2fadmin, expect: bad-request, reason: ambiguous-path }
`;

test("finds nothing wrong with settings that do what their tests say", async () => {
  const { code, stdout } = await check(right);
  assert.deepEqual([code, stdout], [0, "gateway.yaml (gateway): ok\n"]);
});

test("names each test that ends otherwise, with its line", async () => {
  const wrong = `  - { visit: GET https://wiki.example.com/admin, user: ada, expect: allow }
  - { visit: GET https://wiki.example.com/admin, expect: log-in, reason: expired }
`;
  const { code, stdout } = await check(right + wrong);
  assert.equal(code, 2);
  assert.deepEqual(stdout.split("\n").slice(1, 3), [
    "  gateway.yaml:16:5: tests[7]: expected allow, as the test says; the gateway decides forbid (no-token)",
    "  gateway.yaml:17:5: tests[8]: expected log-in (expired), as the test says; the gateway decides log-in (no-ticket)",
  ]);
});
