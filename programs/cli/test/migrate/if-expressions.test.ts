import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decideExpression, type Outcome } from "../../src/migrate/if-expressions.ts";

const facts = new Map([
  ["HTTPS", "on"],
  ["SERVER_PORT", "443"],
]);

const table: Record<string, Outcome> = {
  true: "always",
  "!true": "never",
  "true && !false": "always",
  "%{HTTPS} == 'on'": "always",
  "%{HTTPS} != 'on'": "never",
  "%{HTTPS} == 'off' || %{SERVER_PORT} -eq 443": "always",
  "%{SERVER_PORT} -in {'80', '443'}": "always",
  "%{REQUEST_METHOD} == 'POST'": { conditions: { methods: ["POST"] } },
  "%{REQUEST_METHOD} -in {'PUT','POST'}": { conditions: { methods: ["PUT", "POST"] } },
  "-R '10.0.0.0/8'": { conditions: { networks: ["10.0.0.0/8"] } },
  "%{REMOTE_ADDR} -ipmatch '2001:db8::/32'": { conditions: { networks: ["2001:db8::/32"] } },
  "%{REQUEST_METHOD} == 'POST' && -R '10.0.0.0/8'": {
    conditions: { methods: ["POST"], networks: ["10.0.0.0/8"] },
  },
  "%{REQUEST_URI} =~ m#^/a/#": { paths: [["a", "**"]] },
  "%{REQUEST_URI} == '/a'": { paths: [["a"]] },
  "%{REQUEST_URI} =~ /^.a/": "undecided",
  "%{HTTP_USER_AGENT} =~ /x/": "undecided",
  "false && %{HTTP_HOST} == 'a'": "never",
  "true || %{HTTP_HOST} == 'a'": "always",
  "!(%{REQUEST_METHOD} == 'POST')": "undecided",
  "%{REQUEST_METHOD} == '%{HTTPS}'": "undecided",
  "%{HTTPS} ==": "undecided",
  "(true": "undecided",
  "true true": "undecided",
  "reqenv('X') == '1'": "undecided",
  "": "undecided",
};

for (const [expression, outcome] of Object.entries(table)) {
  test(`decides ${JSON.stringify(expression)}`, () => {
    assert.deepEqual(decideExpression(expression, facts), outcome);
  });
}

test("has an answer to every text", () => {
  const part = fc.constantFrom(
    "(",
    ")",
    "!",
    "&&",
    "||",
    "true",
    "==",
    "'a'",
    "%{HTTPS}",
    "-R",
    "-in",
    "{",
    "}",
    ",",
    "%{REQUEST_METHOD}",
    "=~",
    "m#a#",
  );
  fc.assert(
    fc.property(fc.array(part), fc.string(), (parts, text) => {
      decideExpression(parts.join(" "), facts);
      decideExpression(text, facts);
    }),
  );
});

test("brackets of any depth are no trouble", () => {
  assert.equal(decideExpression("(".repeat(100_000), facts), "undecided");
});
