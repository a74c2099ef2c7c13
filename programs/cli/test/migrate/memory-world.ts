import { basename, dirname } from "node:path";
import type { MigrationWorld } from "../../src/migrate/world.ts";

/** A machine that has these files, by their whole paths, and the folders that they are in. */
export function memoryWorld(files: Readonly<Record<string, string>>): MigrationWorld {
  const kinds = new Map<string, Map<string, "file" | "folder">>();
  const put = (path: string, kind: "file" | "folder") => {
    const folder = dirname(path);
    const entries = kinds.get(folder) ?? new Map();
    kinds.set(folder, entries.set(basename(path), kind));
    if (folder !== "/") put(folder, "folder");
  };
  for (const path of Object.keys(files)) put(path, "file");
  return {
    readText(path, maxBytes) {
      const text = files[path];
      return text !== undefined && text.length <= maxBytes ? text : undefined;
    },
    listFolder(path) {
      const entries = kinds.get(path);
      return entries && [...entries].map(([name, kind]) => ({ name, kind }));
    },
  };
}
