import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { parseSettings } from "../src/parse-settings.ts";
import { describeProblem } from "../src/problem.ts";
import { secretSource } from "../src/secret-source.ts";

const schema = z.strictObject({ key: secretSource });

function problems(text: string): string[] {
  const parsed = parseSettings(schema, { name: "s.yaml", text });
  return parsed.ok ? [] : parsed.problems.map(describeProblem);
}

test("takes a file or an environment variable", () => {
  assert.deepEqual(problems("key: { file: ./keys/ticket.pem }"), []);
  assert.deepEqual(problems("key: { environment: TICKET_KEY }"), []);
});

const refused = [
  "key: hunter2",
  "key: [hunter2]",
  "key: { hunter2: 1 }",
  "key: { value: hunter2 }",
  "key: { file: a, environment: hunter2 }",
  'key: { environment: "hunter2 " }',
  'key: { file: "hunter2\\0" }',
  "key: |\n  -----BEGIN PRIVATE KEY-----\n  hunter2",
];

for (const text of refused) {
  test(`refuses ${JSON.stringify(text)} without repeating the value`, () => {
    const found = problems(text);
    assert.equal(found.length, 1);
    assert.match(found[0] ?? "", /^s\.yaml:1:\d+: key/);
    assert.doesNotMatch(found[0] ?? "", /hunter2/);
  });
}
