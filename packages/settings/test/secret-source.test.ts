import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
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

test("takes every path and every variable's name as it is", () => {
  const path = fc.string({ unit: "binary", minLength: 1, maxLength: 200 });
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,40}$/);
  const source = fc.oneof(
    path.filter((text) => !text.includes("\0")).map((file) => ({ file })),
    name.map((environment) => ({ environment })),
  );
  fc.assert(fc.property(source, (source) => assert.deepEqual(secretSource.parse(source), source)));
});

test("whatever stands there, it is a source or is refused without being repeated", () => {
  const secret = fc.stringMatching(/^[0-9a-f]{24}$/);
  const around = fc.constantFrom(
    (secret: string): unknown => secret,
    (secret: string) => [secret],
    (secret: string) => ({ value: secret }),
    (secret: string) => ({ environment: `${secret} ` }),
    (secret: string) => ({ file: `${secret}\0` }),
    (secret: string) => ({ file: "a", environment: secret }),
    (secret: string) => ({ [secret]: "file" }),
  );
  fc.assert(
    fc.property(secret, around, (secret, around) => {
      const text = JSON.stringify({ key: around(secret) });
      const found = problems(text);
      assert.equal(found.length, 1);
      assert.ok(!found[0]?.includes(secret));
    }),
  );
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const { success, data } = secretSource.safeParse(value);
      if (success) assert.equal(Object.keys(data).length, 1);
    }),
  );
});
