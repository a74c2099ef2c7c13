import { join } from "node:path";
import { allDirectives, type Section, type Statement } from "./configuration-tree.ts";
import type { Mapping } from "./folder-mapping.ts";
import { type AccessFile, isOurAuthType } from "./layers.ts";
import { below, covers, type Glob, overlaps } from "./path-globs.ts";
import { scopeOf } from "./places-of-sections.ts";
import { isPlainCharacter } from "./regex-globs.ts";
import type { Report } from "./remark.ts";
import { namedDirectives, positionOf, type VirtualServer } from "./servers.ts";
import { isTicketDirective } from "./ticket-directives.ts";
import { splitWords } from "./words.ts";
import type { MigrationWorld } from "./world.ts";

/** What looking for `.htaccess` files takes. */
export interface AccessFileSearch {
  readonly world: MigrationWorld;
  readonly serverRoot: string;
  readonly report: Report;
  read(path: string): readonly Statement[] | undefined;
}

const limits = { folders: 20_000, depth: 32 };

/** The `.htaccess` files in the folders of a server, where AllowOverride lets them count. */
export function accessFilesOf(
  server: VirtualServer,
  mappings: readonly Mapping[],
  search: AccessFileSearch,
): readonly AccessFile[] {
  const names = namedDirectives([...server.main, ...server.own], "accessfilename").at(-1);
  const walk: Walk = {
    fileNames: splitWords(names?.argument ?? ".htaccess"),
    overrides: overridesOf(server, search.serverRoot),
    seen: new Set(),
    found: [],
    search,
  };
  for (const { folder } of mappings) {
    if (folder === undefined) continue;
    // Apache looks into every folder on the way, from the root of the disk.
    for (const [index] of folder.entries()) visit(folder.slice(0, index), 0, walk);
    visit(folder, limits.depth, walk);
  }
  if (walk.seen.size > limits.folders) {
    const text = `more than ${limits.folders} folders: .htaccess files in the others are left out`;
    search.report("error", positionOf(server), text);
  }
  return walk.found
    .filter((file) => isUsable(file, search.report))
    .sort((a, b) => a.folder.length - b.folder.length);
}

interface Walk {
  readonly fileNames: readonly string[];
  readonly overrides: readonly Override[];
  readonly seen: Set<string>;
  readonly found: AccessFile[];
  readonly search: AccessFileSearch;
}

/** Looks into a folder, and as many levels below it as `depth` says. */
function visit(folder: readonly string[], depth: number, walk: Walk): void {
  const { fileNames, overrides, seen, found, search } = walk;
  const path = `/${folder.join("/")}`;
  const allowed = allowedIn(folder, overrides);
  const mayHoldMore =
    depth > 0 && overrides.some((one) => one.allowed.size > 0 && overlaps(one.glob, below(folder)));
  if (seen.has(path) || seen.size > limits.folders) return;
  if (allowed.size === 0 && !mayHoldMore) return;
  seen.add(path);
  const entries = search.world.listFolder(path) ?? [];
  const name = fileNames.find((one) => entries.some((entry) => entry.name === one));
  if (name !== undefined && allowed.size > 0) {
    const statements = search.read(join(path, name));
    if (statements !== undefined)
      found.push({ folder, path: join(path, name), statements, allowed });
  }
  for (const entry of depth > 0 ? entries : []) {
    if (entry.kind === "folder") visit([...folder, entry.name], depth - 1, walk);
  }
}

/** Whether a file says something of tickets that counts, and that gateway.yaml can say as well. */
function isUsable({ folder, statements, allowed }: AccessFile, report: Report): boolean {
  const first = allDirectives(statements).find(
    (directive) => isTicketDirective(directive.name) || isOurAuthType(directive),
  );
  if (first === undefined) return true;
  if (!folder.every((name) => [...name].every(isPlainCharacter))) {
    report(
      "error",
      first,
      "gateway.yaml cannot name this folder: what is said of tickets is left out",
    );
    return false;
  }
  if (!allowed.has("all") && !allowed.has("authconfig")) {
    report("error", first, "AllowOverride does not let this file say so: Apache answers 500");
  }
  return true;
}

interface Override {
  readonly glob: Glob;
  /** In small letters; empty: no file counts. */
  readonly allowed: ReadonlySet<string>;
}

/** AllowOverride of each folder section, in the order in which they are merged. */
function overridesOf({ main, own }: VirtualServer, serverRoot: string): readonly Override[] {
  const sections = [...main, ...own].filter(
    (one): one is Section => one.kind === "section" && one.name === "directory",
  );
  const overrides = sections.flatMap((section) => {
    const said = namedDirectives(section.children, "allowoverride").at(-1);
    const words = splitWords(said?.argument ?? "").map((word) => word.toLowerCase());
    const [glob] = scopeOf(section, serverRoot)?.globs ?? [];
    if (said === undefined || glob === undefined) return [];
    return [{ glob, allowed: new Set(words.filter((word) => word !== "none")) }];
  });
  return overrides.sort((a, b) => a.glob.length - b.glob.length);
}

/** What `.htaccess` files in a folder may say; without a word about it that is nothing. */
function allowedIn(folder: readonly string[], overrides: readonly Override[]): ReadonlySet<string> {
  return overrides.findLast(({ glob }) => covers(glob, folder))?.allowed ?? new Set();
}
