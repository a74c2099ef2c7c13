import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gatewaySettings } from "@countersign/gatewayd";
import { loginSettings } from "@countersign/login";
import { describeProblem, parseSettings } from "@countersign/settings";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");

const schemas = { "login.yaml": loginSettings, "gateway.yaml": gatewaySettings };

for (const [name, schema] of Object.entries(schemas)) {
  test(`the ${name} of the README is accepted`, () => {
    const text = blocks("yaml").find((block) => block.startsWith(`# ${name}\n`)) ?? "";
    const parsed = parseSettings(schema, { name, text });
    assert.equal(parsed.ok, true, parsed.ok ? "" : parsed.problems.map(describeProblem).join("\n"));
  });
}

test("each line of the README's mod_auth_pubtkt stands in the example that the tests run", () => {
  const known = new Set(linesOf("examples/apache-pubtkt"));
  const shown = blocks("apache").filter((block) => block.includes("TKTAuth"));
  assert.notEqual(shown.length, 0);
  for (const line of shown.flatMap(trimmedLines)) assert.equal(known.has(line), true, line);
});

test("the README's npm commands are in package.json", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const names = [...readme.matchAll(/^npm (?:run )?([a-z:]+)/gm)].map(([, name = ""]) => name);
  assert.deepEqual(names, ["start", "test"]);
  for (const name of names) assert.equal(name in scripts, true, name);
});

function blocks(language: string): readonly string[] {
  const fenced = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm");
  return [...readme.matchAll(fenced)].map(([, text = ""]) => text);
}

/** The lines of an example, with what the README writes in place of its placeholders. */
function linesOf(folder: string): readonly string[] {
  return readdirSync(join(root, folder))
    .filter((file) => file.endsWith(".conf"))
    .map((file) => readFileSync(join(root, folder, file), "utf8"))
    .flatMap((text) =>
      trimmedLines(
        text
          .replaceAll("@PUBLIC_KEY@", "/etc/apache2/ticket.pem.pub")
          .replaceAll("@LOGIN_URL@", "https://sso.example.com/login")
          .replaceAll("@LOGIN_ORIGIN@", "https://sso.example.com"),
      ),
    );
}

function trimmedLines(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
