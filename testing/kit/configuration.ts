import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));

/** What stands for each `@NAME@` of a configuration. */
export type Values = Readonly<Record<string, string>>;

/**
 * Copies `examples/<name>` into `folder` with each `@NAME@` replaced by its value. Everybody may
 * read the copy, whatever this process's umask.
 *
 * @throws {Error} when a file holds a placeholder that has no value.
 */
export function copyExample(name: string, folder: string, values: Values): void {
  const source = join(examples, name);
  const entries = readdirSync(source, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const from = join(entry.parentPath, entry.name);
    const to = join(folder, from.slice(source.length));
    mkdirSync(join(to, ".."), { recursive: true, mode: 0o755 });
    writeFileSync(to, fillIn(readFileSync(from, "utf8"), values, `examples/${name}/${entry.name}`));
    const isProgram = (statSync(from).mode & 0o100) !== 0;
    chmodSync(to, isProgram ? 0o755 : 0o644);
  }
}

/** Replaces each `@NAME@` in `text`; `source` is named when one has no value. */
export function fillIn(text: string, values: Values, source: string): string {
  return text.replaceAll(/@([A-Z][A-Z0-9_]*)@/g, (placeholder, name: string) => {
    if (!Object.hasOwn(values, name)) throw new Error(`${source}: no value for ${placeholder}`);
    return values[name] as string;
  });
}
