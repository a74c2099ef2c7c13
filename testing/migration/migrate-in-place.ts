import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { machine } from "countersign/src/migrate/machine.ts";
import { migrateApache } from "countersign/src/migrate/migrate-apache.ts";

/** What an old server has become. */
export interface Migrated {
  /** The settings of gatewayd. */
  readonly settingsFile: string;
  /** What was said of its lines, as `sites.conf:12: warning: …`. */
  readonly remarks: readonly string[];
}

/**
 * Migrates the server that `writeOldServer` put into `folder`: its files are overwritten, and
 * `gateway.yaml` comes to stand beside them, after `change`.
 *
 * @throws {Error} when a line could not be carried over.
 */
export function migrateInPlace(folder: string, change = (yaml: string) => yaml): Migrated {
  const socket = join(folder, "authorizer.sock");
  const options = { serverRoot: folder, socket };
  const migration = migrateApache([join(folder, "httpd.conf")], machine, options);
  const remarks = migration.remarks.map(
    ({ level, file, line, text }) => `${file}:${line}: ${level}: ${text}`,
  );
  const errors = migration.remarks.filter(({ level }) => level === "error");
  if (errors.length > 0) throw new Error(remarks.join("\n"));
  for (const { path, text } of migration.files) writeFileSync(path, text);
  for (const { name, text } of migration.secrets) {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  }
  const settingsFile = join(folder, "gateway.yaml");
  // Apache works as another user, and a test has no group of its own to share the socket with.
  writeFileSync(settingsFile, change(`${migration.yaml}\nsocketMode: "0666"\n`));
  return { settingsFile, remarks };
}
