import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfiguration } from "../../src/migrate/configuration-tree.ts";
import { decideIfs, factsOf } from "../../src/migrate/if-sections.ts";
import { serverOf } from "./server-of.ts";

const chains: Record<string, readonly unknown[]> = {
  'If "true"|Else': ["always", "never"],
  "If false|ElseIf true|Else": ["never", "always", "never"],
  "If false|Else|If true": ["never", "always", "always"],
  "If -R '10.0.0.0/8'|Else": [{ conditions: { networks: ["10.0.0.0/8"] } }, "undecided"],
  "If %{HTTP_X} == 'a'|ElseIf false": ["undecided", "never"],
};

for (const [chain, outcomes] of Object.entries(chains)) {
  test(`decides ${chain}`, () => {
    const text = chain.split("|").map((first) => `<${first}>\n</${first.split(" ")[0]}>\n`);
    const { statements } = parseConfiguration(text.join(""), "f");
    assert.deepEqual(
      decideIfs(statements, new Map()).map(({ outcome }) => outcome),
      outcomes,
    );
  });
}

test("knows TLS and the port of a server", () => {
  const facts = factsOf(serverOf("<VirtualHost *:443>\nSSLEngine on\n</VirtualHost>"));
  assert.deepEqual(
    [...facts],
    [
      ["HTTPS", "on"],
      ["REQUEST_SCHEME", "https"],
      ["SERVER_PORT", "443"],
    ],
  );
});
