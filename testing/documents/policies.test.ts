import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  verificationKeyOf,
} from "@countersign/ticket";
import { copyExample } from "../kit/configuration.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";

const root = new URL("../../", import.meta.url);
const command = fileURLToPath(new URL("programs/cli/src/main.ts", root));

/** The example with keys of its own, as an administrator would have it. */
function prepare(t: TestContext): string {
  const folder = temporaryFolder(t);
  const key = generatePrivateKeyPem("ed25519");
  const publicKey = exportPublicPem(verificationKeyOf(importPrivateKey(key)));
  writeFileSync(join(folder, "ticket.pem.pub"), publicKey, { mode: 0o644 });
  writeFileSync(join(folder, "assertion.pem"), key, { mode: 0o600 });
  mkdirSync(join(folder, "run"), { mode: 0o750 });
  copyExample("policies", folder, {
    GATEWAY: "http://127.0.0.1:1",
    GATEWAY_SOCKET: join(folder, "run", "gateway.sock"),
    PUBLIC_KEY: join(folder, "ticket.pem.pub"),
    ASSERTION_KEY: join(folder, "assertion.pem"),
  });
  return folder;
}

function run(folder: string, args: readonly string[]) {
  const options = { cwd: folder, encoding: "utf8", timeout: 60_000 } as const;
  return spawnSync(process.execPath, [command, ...args], options);
}

test("the example's own tests pass, and nothing else is wrong with it", (t) => {
  const { status, stdout, stderr } = run(prepare(t), ["check", "gateway.yaml"]);
  assert.equal(stdout, "gateway.yaml (gateway): ok\n", stderr);
  assert.equal(status, 0);
});

test("the explanation in the guide is what the command prints", (t) => {
  const guide = readFileSync(new URL("docs/guide/policies.md", root), "utf8");
  const [, args = "", expected = ""] =
    /^countersign (explain .*)\n```\n\n```text\n(.*?)^```$/ms.exec(guide) ?? [];
  const { stdout, stderr } = run(prepare(t), args.split(" "));
  assert.equal(stdout, expected, stderr);
});
