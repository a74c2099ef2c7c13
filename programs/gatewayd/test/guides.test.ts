import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../../", import.meta.url);

const examplesOf = {
  "nginx.md": ["nginx"],
  "apache.md": ["apache-fcgi", "apache-pubtkt"],
  "node.md": ["express"],
};

/** Lines without their indentation and without comments, in which guide and example may differ. */
function essence(text: string): string {
  const lines = text.split("\n").map((line) => line.replace(/(^|\s)#.*$/, "").trim());
  return lines.filter((line) => line !== "").join("\n");
}

for (const [guide, folders] of Object.entries(examplesOf)) {
  test(`${guide} shows configuration only as the tests run it`, () => {
    const examples = folders.map((folder) => new URL(`examples/${folder}/`, root));
    const files = examples.flatMap((folder) =>
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => essence(readFileSync(new URL(entry.name, folder), "utf8"))),
    );
    const text = readFileSync(new URL(`docs/guide/${guide}`, root), "utf8");
    const blocks = [...text.matchAll(/^```(?:nginx|apache|yaml|js)\n(.*?)^```$/gms)];
    const shown = blocks
      .map(([, block = ""]) => essence(block))
      .filter((block) => block.includes("@"));
    assert.ok(shown.length > 0);
    for (const block of shown) {
      assert.ok(
        files.some((file) => file.includes(block)),
        block,
      );
    }
  });
}
