import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import {
  jsonSchemaOf,
  listenAddress,
  referencePageOf,
  secretSource,
  settingsHelpOf,
} from "../src/index.ts";

const schema = z.strictObject({
  listen: listenAddress.prefault("127.0.0.1:8400").describe("where it listens"),
  key: secretSource.describe("the signing key"),
  digest: z.enum(["sha256", "sha512"]).default("sha256").describe("of RSA | DSA keys"),
  sites: z.array(z.strictObject({ host: z.string().describe("its name") })).optional(),
  cookie: z.strictObject({ secure: z.boolean().default(true) }).prefault({}),
});

test("writes a reference page with every setting", () => {
  const page = referencePageOf(schema, { title: "login.yaml", intro: "What it is." });
  assert.equal(
    page,
    `# login.yaml

What it is.

| Setting | Takes | Without it | Meaning |
| --- | --- | --- | --- |
| \`listen\` | address such as "127.0.0.1:8400" or "unix:/run/countersign.sock" | \`"127.0.0.1:8400"\` | where it listens |
| \`key\` | { file: path } or { environment: name } | required | the signing key |
| \`digest\` | sha256 or sha512 | \`"sha256"\` | of RSA \\| DSA keys |
| \`sites\` | list of group | optional |  |
| \`sites[].host\` | text | required | its name |
| \`cookie\` | group | optional |  |
| \`cookie.secure\` | true or false | \`true\` |  |
`,
  );
});

test("writes the same settings as help text", () => {
  const help = settingsHelpOf(schema);
  assert.match(
    help,
    /^ {2}listen: address such as .* \(default "127\.0\.0\.1:8400"\)\n {6}where it listens$/m,
  );
  assert.match(help, /^ {2}sites\[\]\.host: text \(required\)$/m);
});

test("writes a JSON Schema that names the settings and refuses others", () => {
  const json = jsonSchemaOf(schema, { title: "Countersign login" }) as { [name: string]: unknown };
  assert.equal(json.$schema, "http://json-schema.org/draft-07/schema#");
  assert.equal(json.title, "Countersign login");
  assert.equal(json.additionalProperties, false);
  assert.deepEqual(json.required, ["key"]);
});
