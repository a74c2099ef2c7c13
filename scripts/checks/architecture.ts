import { posix } from "node:path";
import { cyclesOf } from "./cycles.ts";
import { isPure, mayDependOnOthers, mayImport } from "./import-table.ts";
import { type Import, importsOf } from "./imports.ts";
import { worldlyUses } from "./purity.ts";
import type { TextFile, Tree, Workspace } from "./tree.ts";

/** Whatever breaks the import directions of ARCHITECTURE.md: one sentence each. */
export function checkArchitecture(tree: Tree): readonly string[] {
  return [
    ...tree.workspaces.flatMap((workspace) => manifestProblems(tree, workspace)),
    ...tree.sources.flatMap((file) => fileProblems(tree, file)),
    ...cycles(tree),
  ];
}

function manifestProblems(tree: Tree, { folder, manifest }: Workspace): readonly string[] {
  return Object.keys(manifest.dependencies ?? {}).flatMap((name) => {
    const other = workspaceNamed(tree, name);
    if (other !== undefined && !mayImport(folder, other.folder)) {
      return [`${folder}/package.json: must not depend on ${name}`];
    }
    if (other === undefined && !mayDependOnOthers(folder)) {
      return [`${folder}/package.json: a package has no dependencies at run time: ${name}`];
    }
    return [];
  });
}

function fileProblems(tree: Tree, file: TextFile): readonly string[] {
  const workspace = workspaceOf(tree, file.path);
  if (workspace === undefined) return [];
  const published = file.path.startsWith(`${workspace.folder}/src/`);
  return [
    ...importsOf(file.text).flatMap((found) => {
      const problem = importProblem(tree, workspace, file.path, found, published);
      return problem === undefined ? [] : [`${file.path}:${found.line}: ${problem}`];
    }),
    ...(published && isPure(workspace.folder) ? worldlyUses(file.path, file.text) : []),
  ];
}

function importProblem(
  tree: Tree,
  workspace: Workspace,
  path: string,
  { specifier, reExports }: Import,
  published: boolean,
): string | undefined {
  if (specifier === undefined) {
    return published ? "imports a computed name, which nobody can check" : undefined;
  }
  if (specifier.startsWith(".")) {
    const target = posix.join(posix.dirname(path), specifier);
    if (workspaceOf(tree, target) !== workspace) return `leaves its workspace: ${specifier}`;
    if (published && reExports && !isEntry(workspace, path)) {
      return `re-exports ${specifier}: only a workspace's entry lists its public surface`;
    }
    return undefined;
  }
  if (specifier.startsWith("node:")) {
    const crypto = posix.basename(path) === "crypto.ts" && specifier === "node:crypto";
    if (!published || !isPure(workspace.folder) || crypto) return undefined;
    return `${specifier} in a pure package: only crypto.ts may, and only node:crypto`;
  }
  return bareImportProblem(tree, workspace, specifier, published);
}

function bareImportProblem(
  tree: Tree,
  workspace: Workspace,
  specifier: string,
  published: boolean,
): string | undefined {
  const { folder } = workspace;
  const name = packageName(specifier);
  const other = workspaceNamed(tree, name);
  const isTestKit = other?.folder === "testing" && !published;
  if (other !== undefined && !isTestKit && !mayImport(folder, other.folder)) {
    return `must not import ${specifier}`;
  }
  if (inProgram(folder) && inProgram(other?.folder) && specifier !== name) {
    return `only a program's public main may be imported, not ${specifier}`;
  }
  if (published && other !== workspace && !declaredIn(workspace).includes(name)) {
    return `${name} is not among the dependencies of ${folder}/package.json`;
  }
  return undefined;
}

function cycles(tree: Tree): readonly string[] {
  const files = new Map(
    tree.sources.map(({ path, text }) => [path, relativeTargets(path, text)] as const),
  );
  const workspaces = new Map(
    tree.workspaces.map(({ folder, manifest }) => {
      const others = Object.keys(manifest.dependencies ?? {}).map((name) =>
        workspaceNamed(tree, name),
      );
      return [
        folder,
        others.flatMap((other) => (other === undefined ? [] : [other.folder])),
      ] as const;
    }),
  );
  return [...cyclesOf(files), ...cyclesOf(workspaces)].map(
    (cycle) => `imports in a circle: ${cycle.join(" → ")}`,
  );
}

function relativeTargets(path: string, text: string): readonly string[] {
  return importsOf(text).flatMap(({ specifier }) =>
    specifier?.startsWith(".") ? [posix.join(posix.dirname(path), specifier)] : [],
  );
}

function isEntry({ folder, manifest }: Workspace, path: string): boolean {
  return Object.values(manifest.exports ?? {}).some((entry) => posix.join(folder, entry) === path);
}

function workspaceNamed(tree: Tree, name: string): Workspace | undefined {
  return tree.workspaces.find(({ manifest }) => manifest.name === name);
}

/** The innermost workspace around `path`; files outside the others belong to the root. */
function workspaceOf(tree: Tree, path: string): Workspace | undefined {
  return (
    tree.workspaces.find(({ folder }) => path.startsWith(`${folder}/`)) ??
    tree.workspaces.find(({ folder }) => folder === "." && !path.startsWith(".."))
  );
}

/** What is there at run time. The bench and the test kit only ever run in a clone. */
function declaredIn({ folder, manifest }: Workspace): readonly string[] {
  const { dependencies, peerDependencies, devDependencies } = manifest;
  const inClone = /^(?:packages|programs)\//.test(folder) ? {} : devDependencies;
  return Object.keys({ ...dependencies, ...peerDependencies, ...inClone });
}

function inProgram(folder: string | undefined): boolean {
  return folder?.startsWith("programs/") === true;
}

function packageName(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}
