import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** The members of a package.json that the checks read. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** A folder with a package.json; the root itself is the workspace of scripts/ and bin/. */
export interface Workspace {
  /** From the root, with `/`: `packages/ticket`; the root itself is `.`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** One text of the project. `path` is from the root, with `/`. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** What the checks look at. Tests make their own. */
export interface Tree {
  readonly workspaces: readonly Workspace[];
  /** TypeScript and JavaScript. */
  readonly sources: readonly TextFile[];
  readonly documents: readonly TextFile[];
}

const skipped = new Set(["node_modules", "dist", "data", ".git", ".cache", "screenshots"]);

/** Reads what the checks look at below `root`. */
export function readTree(root: string): Tree {
  const paths = filesBelow(root, root);
  const read = (pattern: RegExp): readonly TextFile[] =>
    paths
      .filter((path) => pattern.test(path))
      .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
  const manifests = read(/^(?:(?:packages|programs)\/[^/]+\/|testing\/|bench\/)?package\.json$/);
  return {
    workspaces: manifests.map(({ path, text }) => ({
      folder: path === "package.json" ? "." : path.slice(0, -"/package.json".length),
      manifest: JSON.parse(text) as Manifest,
    })),
    sources: read(/\.[cm]?[jt]s$/),
    documents: read(/\.md$/),
  };
}

function filesBelow(root: string, folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return skipped.has(entry.name) ? [] : filesBelow(root, path);
      return entry.isFile() ? [relative(root, path).split(sep).join("/")] : [];
    });
}
