import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

/** What every published package holds beside its code. */
const required = ["package/LICENSE", "package/README.md"];

/** What is wrong with packed packages, publint's suggestions too: one sentence each. */
export async function checkTarballs(tarballs: readonly string[]): Promise<readonly string[]> {
  const problems = await Promise.all(tarballs.map(tarballProblems));
  return problems.flat();
}

async function tarballProblems(tarball: string): Promise<readonly string[]> {
  const { stdout } = spawnSync("tar", ["-tzf", tarball], { encoding: "utf8" });
  const files = stdout.split("\n");
  const missing = required.filter((file) => !files.includes(file));
  const { messages, pkg } = await publint({
    pack: { tarball: Uint8Array.from(readFileSync(tarball)).buffer },
  });
  const texts = messages.map((message) => {
    const text = formatMessage(message, pkg, { color: false }) ?? message.code;
    return `${message.type}: ${text}`;
  });
  return [...missing.map((file) => `${file} is missing`), ...texts].map(
    (problem) => `${basename(tarball)}: ${problem}`,
  );
}
