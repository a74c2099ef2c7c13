import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { allDirectives, parseConfiguration } from "../../src/migrate/configuration-tree.ts";
import { createRemarks } from "../../src/migrate/remark.ts";
import { readTicketDirectives } from "../../src/migrate/ticket-directives.ts";
import type { TicketValues } from "../../src/migrate/ticket-settings.ts";

function read(text: string) {
  const remarks = createRemarks();
  const directives = allDirectives(parseConfiguration(text, "f").statements);
  const settings = readTicketDirectives(directives, "/etc/apache2", remarks.report);
  const values = Object.fromEntries(
    Object.entries(settings).map(([name, said]) => [name, said.value]),
  );
  return { values, remarks: remarks.all() };
}

const lines = {
  keyFile: ["TKTAuthPublicKey k.pem", "/etc/apache2/k.pem"],
  digest: ["TKTAuthDigest sha384", "sha384"],
  loginUrl: ["TKTAuthLoginURL https://a/", "https://a/"],
  timeoutUrl: ['TKTAuthTimeoutURL "https://a/t"', "https://a/t"],
  postTimeoutUrl: ["TKTAuthPostTimeoutURL https://a/p", "https://a/p"],
  refreshUrl: ["tktauthrefreshurl https://a/r", "https://a/r"],
  unauthorisedUrl: ["TKTAuthUnauthURL https://a/u", "https://a/u"],
  badAddressUrl: ["TKTAuthBadIPURL https://a/b", "https://a/b"],
  multifactorUrl: ["TKTAuthMultifactorURL https://a/m", "https://a/m"],
  ticketHeaders: ["TKTAuthHeader Cookie X-My-Auth", "Cookie X-My-Auth"],
  cookieName: ["TKTAuthCookieName t", "t"],
  backArgument: ["TKTAuthBackArgName b", "b"],
  requireTls: ["TKTAuthRequireSSL On", true],
  requireMultifactor: ["TKTAuthRequireMultifactor off", false],
  tokens: ["TKTAuthToken a b\nTKTAuthToken c", ["a", "b", "c"]],
  fakeBasicAuth: ["TKTAuthFakeBasicAuth on", true],
  passBasicAuth: ["TKTAuthPassthruBasicAuth On", true],
  basicAuthKey: ["TKTAuthPassthruBasicKey 0123456789abcdef", "0123456789abcdef"],
  debug: ["TKTAuthDebug 1 2", 2],
} satisfies Record<keyof TicketValues, [string, unknown]>;

for (const [name, [text, value]] of Object.entries(lines)) {
  test(`reads ${text.split(" ")[0]}`, () => {
    const { values, remarks } = read(text);
    assert.deepEqual([values[name], remarks], [value, []]);
  });
}

const wrong = [
  "TKTAuthLoginURL",
  "TKTAuthLoginURL a b",
  "TKTAuthDigest md5",
  "TKTAuthRequireSSL yes",
  "TKTAuthPassthruBasicKey short",
  "TKTAuthToken",
  "TKTAuthDebug -1",
  "TKTAuthNothing x",
];

for (const text of wrong) {
  test(`tells that Apache would not start with ${text}`, () => {
    const { values, remarks } = read(text);
    assert.deepEqual(
      [values, remarks.map(({ level, line }) => [level, line])],
      [{}, [["error", 1]]],
    );
  });
}

test("a key sets the digest back to SHA-1, as the module does, and that is told", () => {
  const { values, remarks } = read("TKTAuthDigest SHA256\nTKTAuthPublicKey /k");
  assert.equal(values.digest, "sha1");
  assert.deepEqual(
    remarks.map(({ level, line }) => [level, line]),
    [["warning", 2]],
  );
});

test("a digest after the key counts", () => {
  const { values, remarks } = read("TKTAuthPublicKey /k\nTKTAuthDigest SHA256");
  assert.deepEqual([values.digest, remarks], ["sha256", []]);
});

test("DSS1 is SHA-1", () => {
  assert.equal(read("TKTAuthDigest DSS1").values.digest, "sha1");
});

test("no remark repeats the key of passwords", () => {
  const line = fc.constantFrom(
    "TKTAuthPassthruBasicKey",
    "TKTAuthPassthruBasicKeys",
    "TKTAuthToken",
  );
  fc.assert(
    fc.property(line, fc.string({ minLength: 8 }), (name, secret) => {
      for (const { text } of read(`${name} sec${secret}`).remarks)
        assert.ok(!text.includes(secret));
    }),
  );
});
