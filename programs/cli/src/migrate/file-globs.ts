import { basename, dirname, join } from "node:path";
import type { MigrationWorld } from "./world.ts";

/** Whether Apache takes `path` of an Include for a pattern. */
export function isFileGlob(path: string): boolean {
  return /[*?[]/.test(path);
}

/** The files that an Include names: itself, all below it if it is a folder, or those that fit it. */
export function includedFiles(path: string, world: MigrationWorld, max: number): readonly string[] {
  const entries = isFileGlob(path) ? matchingEntries(path, world, max) : entriesAt(path, world);
  const files: string[] = [];
  for (const { path: found, kind } of entries) {
    if (files.length >= max) break;
    if (kind === "file") files.push(found);
    else if (kind === "folder") files.push(...filesBelow(found, world, max - files.length, 0));
  }
  return files;
}

interface Entry {
  readonly path: string;
  readonly kind: "file" | "folder" | "other";
}

const maxDepth = 16;

function filesBelow(
  folder: string,
  world: MigrationWorld,
  max: number,
  depth: number,
): readonly string[] {
  const files: string[] = [];
  for (const { name, kind } of sorted(world.listFolder(folder) ?? [])) {
    const path = join(folder, name);
    if (files.length >= max) break;
    if (kind === "file") files.push(path);
    else if (kind === "folder" && depth < maxDepth) {
      files.push(...filesBelow(path, world, max - files.length, depth + 1));
    }
  }
  return files;
}

function entriesAt(path: string, world: MigrationWorld): readonly Entry[] {
  const kind = (world.listFolder(dirname(path)) ?? []).find(
    ({ name }) => name === basename(path),
  )?.kind;
  // A folder that cannot be listed may hold a file that can be read.
  return [{ path, kind: kind ?? "file" }];
}

function matchingEntries(path: string, world: MigrationWorld, max: number): readonly Entry[] {
  let found: readonly Entry[] = [{ path: "/", kind: "folder" }];
  for (const segment of path.split("/").filter((one) => one !== "")) {
    const pattern = isFileGlob(segment) ? segmentPattern(segment) : undefined;
    found = found
      .filter(({ kind }) => kind === "folder")
      .flatMap(({ path: folder }) =>
        pattern === undefined
          ? entriesAt(join(folder, segment), world)
          : sorted(world.listFolder(folder) ?? [])
              .filter(({ name }) => pattern.test(name))
              .map(({ name, kind }) => ({ path: join(folder, name), kind })),
      )
      .slice(0, max);
  }
  return found;
}

/** `*`, `?` and `[…]` as in a shell; a leading dot must be written. */
function segmentPattern(glob: string): RegExp {
  const parts = glob.match(/\*+|\?|\[[!^]?[^\]]+\]|[^*?]/g) ?? [];
  const source = parts.map((part) => {
    if (part.startsWith("*")) return "[^/]*";
    if (part === "?") return "[^/]";
    if (/^\[.+\]$/.test(part)) {
      const isNegated = /^\[[!^]/.test(part);
      const members = part.slice(isNegated ? 2 : 1, -1).replaceAll(/[\\\]^]/g, "\\$&");
      return `[${isNegated ? "^" : ""}${members}]`;
    }
    return part.replaceAll(/[\\^$.|+()[\]{}/]/g, "\\$&");
  });
  try {
    return new RegExp(`^${glob.startsWith(".") ? "" : "(?!\\.)"}${source.join("")}$`);
  } catch {
    // A range that runs backwards, which fits nothing in a shell either.
    return /(?!)/;
  }
}

function sorted<T extends { readonly name: string }>(entries: readonly T[]): readonly T[] {
  return [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
}
