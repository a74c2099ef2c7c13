import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** A version of Node that the tests also run on, and the bytes that npm must give for it. */
interface NodeVersion {
  readonly version: string;
  readonly integrity: Readonly<Record<string, string>>;
}

/** The oldest Node that the packages support. */
export const oldestNode: NodeVersion = {
  version: "22.18.0",
  integrity: {
    "linux-x64":
      "sha512-ZPIlJmsQkDY/Q+VeDIuNTphYIPHYwV4T2lF7lfkmW0gFFkohycbGQYm25yhJ/Gz42eFD2wF5zwAzs9yPRAwbhg==",
    "linux-arm64":
      "sha512-G2s2MDAFBM2p2SCpdKDu74PpThBwzsrA9tWMn6eVfYy+k0jYhh7MIC6gK3liNC2jLCfMayrqswNwbTsrboaTVg==",
  },
};

/** The newest long-term line. */
export const newestNode: NodeVersion = {
  version: "26.10.0",
  integrity: {
    "linux-x64":
      "sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==",
    "linux-arm64":
      "sha512-idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==",
  },
};

const cache = join(import.meta.dirname, "../../.cache/nodes");

/**
 * The path of a Node of that version, fetched from the npm registry on first use into the
 * git-ignored .cache folder, never into the workspace.
 *
 * @throws {Error} a platform without a pinned package; a registry that gives other bytes
 */
export function installNode({ version, integrity }: NodeVersion): string {
  const binary = join(cache, version, "bin/node");
  if (existsSync(binary)) return binary;
  const platform = `${process.platform}-${process.arch}`;
  const expected = integrity[platform];
  if (expected === undefined) throw new Error(`no pinned Node ${version} for ${platform}`);

  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "fetching-"));
  try {
    run("npm", ["pack", `node-${platform}@${version}`, "--pack-destination", folder], folder);
    const tarball = join(folder, `node-${platform}-${version}.tgz`);
    const digest = createHash("sha512").update(readFileSync(tarball)).digest("base64");
    if (`sha512-${digest}` !== expected) {
      throw new Error(`the registry's node-${platform}@${version} is not the pinned one`);
    }
    run("tar", ["-xzf", tarball], folder);
    renameSync(join(folder, "package"), join(cache, version));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return binary;
}

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status === 0) return;
  throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`, { cause: error });
}
