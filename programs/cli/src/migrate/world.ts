/** What a conversion reads of the machine. All paths are absolute. */
export interface MigrationWorld {
  /** The text of a regular file of at most `maxBytes`; `undefined`: there is none, or it cannot be read. */
  readText(path: string, maxBytes: number): string | undefined;
  /** What is in a folder, in any order; `undefined`: there is none, or it cannot be read. */
  listFolder(path: string): readonly FolderEntry[] | undefined;
}

/** What is in a folder; a symbolic link counts as what it leads to. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: "file" | "folder" | "other";
}
