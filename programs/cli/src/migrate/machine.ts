import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import type { FolderEntry, MigrationWorld } from "./world.ts";

/** The files of this machine. */
export const machine: MigrationWorld = {
  readText(path, maxBytes) {
    return unlessMissing(() => {
      // A pipe would be waited for, and a device never ends.
      if (!statSync(path).isFile()) return undefined;
      const file = openSync(path, "r");
      try {
        const { size } = fstatSync(file);
        if (size > maxBytes) return undefined;
        const bytes = Buffer.alloc(size);
        return bytes.toString("utf8", 0, readSync(file, bytes));
      } finally {
        closeSync(file);
      }
    });
  },
  listFolder(path) {
    return unlessMissing(() => readdirSync(path).map((name) => entryOf(path, name)));
  },
};

function entryOf(folder: string, name: string): FolderEntry {
  const found = unlessMissing(() => statSync(join(folder, name)));
  if (found?.isFile()) return { name, kind: "file" };
  return { name, kind: found?.isDirectory() ? "folder" : "other" };
}

/** What the system refuses is not there. */
function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code === "string") return undefined;
    throw error;
  }
}
