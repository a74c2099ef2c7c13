import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { withExamples } from "../examples.ts";
import { exitCodes } from "../exit-code.ts";
import { machine } from "../migrate/machine.ts";
import { type Migration, migrateApache } from "../migrate/migrate-apache.ts";
import type { Remark } from "../migrate/remark.ts";
import { writeMigration } from "../migrate/write-migration.ts";
import { collect } from "../option-values.ts";
import { readFileBounded } from "../read-bounded.ts";
import { note, printable, say, sayJson, type Terminal } from "../terminal.ts";

/** Defines `countersign migrate`. */
export function defineMigrate(migrate: Command, terminal: Terminal): void {
  const apache = migrate
    .command("apache")
    .description("turn an Apache configuration with mod_auth_pubtkt into one with gatewayd")
    .argument("<file...>", "configuration files; what they include is read as well")
    .option("--out <folder>", "write gateway.yaml, the changed files and keys into a new folder")
    .addOption(new Option("--json", "print JSON").conflicts("out"))
    .option("--server-root <folder>", "where relative paths start", "/etc/apache2")
    .addOption(
      new Option("--define <name[=value]>", "what -D or the environment gives; may be repeated")
        .argParser(collectDefine)
        .default([], "none"),
    )
    .action((files: readonly string[], options: ApacheOptions) =>
      migrateFiles(terminal, files, options),
    );
  withExamples(apache, [
    "countersign migrate apache /etc/apache2/apache2.conf",
    "countersign migrate apache /etc/apache2/apache2.conf --out migrated/",
    "countersign migrate apache wiki.conf --define APACHE_LOG_DIR=/var/log/apache2",
  ]).addHelpText(
    "after",
    "\nChanges nothing that is there. Says of each line whose meaning changes what to know, and of\n" +
      "each that cannot be carried over why. Exit code 1 if there is one of the latter.",
  );
}

interface ApacheOptions {
  readonly out?: string;
  readonly json?: true;
  readonly serverRoot: string;
  readonly define: readonly string[];
}

/** No file of a server that works is longer. */
const maxFileBytes = 1_048_576;

async function migrateFiles(
  terminal: Terminal,
  files: readonly string[],
  { out, json, serverRoot, define }: ApacheOptions,
): Promise<void> {
  // What was named must be there; what it includes may be missing, which is then told.
  for (const file of files) await readFileBounded(file, maxFileBytes);
  const paths = files.map((file) => resolve(file));
  const migration = migrateApache(paths, machine, {
    serverRoot: resolve(serverRoot),
    defines: new Map(define.map(nameAndValue)),
  });
  if (json === true) {
    // Keys may stand in parts of the old files that do not count, so that no file is shown whole.
    const { yaml, apache, remarks } = migration;
    const changedFiles = migration.files.map(({ path }) => path);
    const secretFiles = migration.secrets.map(({ name }) => name);
    sayJson(terminal, { yaml, apache, changedFiles, secretFiles, remarks });
  } else if (out === undefined) {
    terminal.stdout.write(printed(migration));
    printRemarks(terminal, migration);
  } else {
    const written = await writeMigration(out, migration);
    for (const path of written) say(terminal, printable(path));
    printRemarks(terminal, migration);
  }
  const isWhole = migration.remarks.every(({ level }) => level !== "error");
  terminal.exitWith(isWhole ? exitCodes.yes : exitCodes.refused);
}

/** Both files after each other; the first ends where YAML says that a document ends. */
function printed({ yaml, apache, secrets }: Migration): string {
  const keys = secrets.map(
    ({ name }) => `# ${name}: the key of TKTAuthPassthruBasicKey; --out writes it (mode 0600)\n`,
  );
  return `# gateway.yaml\n${yaml}${keys.join("")}...\n\n# Apache\n${apache}`;
}

function printRemarks(terminal: Terminal, { remarks }: Migration): void {
  for (const remark of remarks) note(terminal, printable(remarkLine(remark)));
  const errors = remarks.filter(({ level }) => level === "error").length;
  note(terminal, `${counted(errors, "error")}, ${counted(remarks.length - errors, "warning")}`);
}

function remarkLine({ level, file, line, text }: Remark): string {
  return `${file}:${line}: ${level}: ${text}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function collectDefine(text: string, before: readonly string[]): readonly string[] {
  if (!/^\w+(?:=.*)?$/s.test(text)) throw new InvalidArgumentError("Expected NAME or NAME=VALUE.");
  return collect(text, before);
}

function nameAndValue(define: string): readonly [string, string] {
  const equals = define.indexOf("=");
  return equals === -1 ? [define, ""] : [define.slice(0, equals), define.slice(equals + 1)];
}
