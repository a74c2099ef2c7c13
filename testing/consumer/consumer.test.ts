import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { consumerFolder, examplesIn, root, run, write } from "./consumer-folder.ts";

const folder = consumerFolder({ after });
const names = readdirSync(join(folder, "node_modules/@countersign")).map(
  (name) => `@countersign/${name}`,
);
const [oldest = "", newest = ""] = run(process.execPath, [join(root, "scripts/other-nodes.ts")])
  .trim()
  .split("\n");

const program = `
import assert from "node:assert/strict";
import {
  anyHost, createIssuer, createVerifier, generatePrivateKeyPem, importPrivateKey, verificationKeyOf,
} from "@countersign/ticket";

const key = importPrivateKey(generatePrivateKeyPem("ed25519"));
const text = createIssuer(key).issue({ uid: "ada", validUntil: 1000, tokens: ["staff"] });
const verifier = createVerifier({ keys: [verificationKeyOf(key)] });
const at = { now: 500, clientAddress: "192.0.2.7", host: anyHost, confirmedKey: undefined };
const verification = verifier.verify(text, at);
assert.equal(verification.ok && verification.ticket.uid, "ada");
assert.deepEqual(verifier.verify(text.replace("ada", "eve"), at).ok, false);
console.log("verified");
`;

for (const node of [oldest, process.execPath, newest]) {
  const version = run(node, ["--version"]).trim();

  test(`an installed ticket package issues and verifies in plain JavaScript on Node ${version}`, () => {
    const path = write(folder, "program.mjs", program);
    assert.equal(run(node, [path], folder), "verified\n");
  });

  test(`every installed entry loads on Node ${version}`, () => {
    const loading = names.flatMap(entriesOf).map((entry) => `await import("${entry}");`);
    const path = write(folder, "entries.mjs", `${loading.join("\n")}\nconsole.log("loaded");\n`);
    assert.equal(run(node, [path], folder), "loaded\n");
  });
}

test("the declarations of every entry hold for a strict consumer", () => {
  const uses = names.flatMap(entriesOf).map((entry, at) => `export * as m${at} from "${entry}";`);
  typeCheck([write(folder, "entries.ts", uses.join("\n"))]);
});

test("a strict consumer cannot take an unverified ticket for a verified one", () => {
  const path = write(
    folder,
    "unverified.ts",
    'import { readTicketUnverified, type VerifiedTicket } from "@countersign/ticket";\n' +
      'export const ticket: VerifiedTicket = readTicketUnverified("uid=ada");\n',
  );
  assert.throws(() => typeCheck([path]), /unverified\.ts\(2,14\): error TS2322/);
});

for (const name of names) {
  test(`the examples in the README of ${name} compile for a strict consumer`, () => {
    for (const [at, text] of examplesIn(
      join(folder, "node_modules", name, "README.md"),
    ).entries()) {
      typeCheck([write(folder, `${name.replace("/", "-")}-${at}.mts`, text)]);
    }
  });
}

test("the line of middleware in the project's README compiles", () => {
  const [example = ""] = examplesIn(join(root, "README.md"));
  const application =
    'import express from "express";\nconst app = express();\ndeclare const publicKey: string;\n';
  typeCheck([write(folder, "middleware.ts", application + example)]);
});

/** The specifiers under which a package can be imported. */
function entriesOf(name: string): readonly string[] {
  const manifest = join(folder, "node_modules", name, "package.json");
  const script = `console.log(JSON.stringify(Object.keys(require(${JSON.stringify(manifest)}).exports)))`;
  const entries = JSON.parse(run(process.execPath, ["-e", script])) as readonly string[];
  return entries.map((entry) => join(name, entry));
}

function typeCheck(files: readonly string[]): void {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--pretty", "false"];
  const modules = ["--module", "nodenext", "--target", "es2024", "--types", "node"];
  try {
    run(process.execPath, [compiler, "--ignoreConfig", ...strict, ...modules, ...files], folder);
  } catch (error) {
    const problems = (error as Error).message.match(/^\S+\(\d+,\d+\): error .*$/gm) ?? [];
    // Declarations of others (Koa's, beside Express) may not fit together, which is not our affair.
    if (problems.length === 0 || problems.some((problem) => !problem.startsWith("../")))
      throw error;
  }
}
