import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Manifest } from "../checks/tree.ts";
import { publishedManifest } from "./manifest.ts";

const root = join(import.meta.dirname, "../..");
const tarballs = join(root, ".cache/tarballs");

/** Builds and packs every package that is not private; returns the tarballs' paths. */
export function packPackages(): readonly string[] {
  const folders = publishedFolders();
  // Built anew each time: a file whose source is gone must not be published.
  for (const folder of folders) rmSync(join(folder, "dist"), { recursive: true, force: true });
  const projects = folders.map((folder) => join(folder, "tsconfig.build.json"));
  run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b", ...projects], root);
  rmSync(tarballs, { recursive: true, force: true });
  mkdirSync(tarballs, { recursive: true });
  return folders.map(packFolder);
}

function publishedFolders(): readonly string[] {
  return readdirSync(join(root, "packages"))
    .map((name) => join(root, "packages", name))
    .filter((folder) => existsSync(join(folder, "package.json")) && !manifestOf(folder).private);
}

function packFolder(folder: string): string {
  const manifest = manifestOf(folder);
  const staging = join(root, ".cache/packing", manifest.name);
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  for (const part of ["dist", "src", "README.md"].filter((name) =>
    existsSync(join(folder, name)),
  )) {
    const filter = (path: string): boolean => !path.endsWith(".tsbuildinfo");
    cpSync(join(folder, part), join(staging, part), { recursive: true, filter });
  }
  cpSync(join(root, "LICENSE"), join(staging, "LICENSE"));
  const text = `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`;
  writeFileSync(join(staging, "package.json"), text);
  const packed = run("npm", ["pack", "--json", "--pack-destination", tarballs], staging);
  return join(tarballs, fileNameOf(packed));
}

/** npm's answer is a list of packed packages, or since npm 12 an object of them by name. */
function fileNameOf(packed: string): string {
  const [first] = Object.values(JSON.parse(packed) as Record<string, { filename: string }>);
  if (first === undefined) throw new Error("npm pack did not say what it packed");
  return first.filename;
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`, { cause: error });
}
