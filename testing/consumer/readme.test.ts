import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { root, run, write } from "./consumer-folder.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");
const launcher = join(root, "bin/countersign.js");

test("the README's commands work as written, in an empty folder", (t) => {
  const folder = temporaryFolder(t);
  for (const name of ["login.yaml", "gateway.yaml"]) write(folder, name, settings(name));
  for (const line of commands()) {
    const args = line.split(" ").slice(1);
    // What asks for a password is given one; what serves is only checked (below).
    if (args[0] === "login") continue;
    run(
      process.execPath,
      [launcher, ...args, ...(args[0] === "users" ? ["--generate"] : [])],
      folder,
    );
  }
  run(process.execPath, [launcher, "check", "login.yaml", "gateway.yaml"], folder);
  const users = run(
    process.execPath,
    [launcher, "users", "list", "--config", "login.yaml"],
    folder,
  );
  assert.match(users, /ada/);
});

function settings(name: string): string {
  const [, text] =
    new RegExp(`^\`\`\`yaml\n(# ${name}\n[\\s\\S]*?)^\`\`\`$`, "m").exec(readme) ?? [];
  assert.ok(text, name);
  return text;
}

function commands(): readonly string[] {
  const lines = [...readme.matchAll(/^countersign .*$/gm)].map(([line]) => line);
  assert.equal(lines.length, 3);
  return lines;
}
