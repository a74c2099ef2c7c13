import type { Statement } from "./configuration-tree.ts";
import { segmentsOf } from "./path-globs.ts";
import type { Report } from "./remark.ts";
import { directDirectives, serverDirective, type VirtualServer } from "./servers.ts";
import { splitWords } from "./words.ts";

/** A part of a site, and the folder that Apache takes its files from. */
export interface Mapping {
  /** The segments of the path. */
  readonly path: readonly string[];
  /** `undefined`: there is none, as behind a proxy. */
  readonly folder: readonly string[] | undefined;
}

/** The mappings of a server; the longest path counts, and one of them is the root. */
export function mappingsOf(
  server: VirtualServer,
  serverRoot: string,
  report: Report,
): readonly Mapping[] {
  const [root] = splitWords(serverDirective(server, "documentroot")?.argument ?? "");
  const folder = root === undefined ? undefined : segmentsOf(absolute(root, serverRoot));
  // A virtual host's own lines come first, and the first that fits counts.
  const parts = [server.own, server.main];
  const onDisk = firstOf([
    ...parts.flatMap((statements) => aliases(statements, serverRoot)),
    { path: [], folder },
  ]);
  for (const statements of parts) reportOthers(statements, report);
  return firstOf([...parts.flatMap((statements) => proxied(statements, onDisk)), ...onDisk]);
}

/** Without those that one before them holds. */
function firstOf(mappings: readonly Mapping[]): readonly Mapping[] {
  return mappings.filter(
    ({ path }, index) => !mappings.slice(0, index).some((one) => startsWith(path, one.path)),
  );
}

/** The mapping that a path belongs to. */
export function mappingAt(mappings: readonly Mapping[], path: readonly string[]): Mapping {
  const holding = mappings.filter((mapping) => startsWith(path, mapping.path));
  const [closest] = holding.sort((a, b) => b.path.length - a.path.length);
  return closest ?? { path: [], folder: undefined };
}

/** Whether `path` is `start` or below it. */
function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return start.every((segment, index) => segment === path[index]);
}

/** A path on the disk that may start at the server's root. */
export function absolute(path: string, serverRoot: string): string {
  return path.startsWith("/") ? path : `${serverRoot}/${path}`;
}

function aliases(statements: readonly Statement[], serverRoot: string): readonly Mapping[] {
  return withPaths(statements).flatMap(({ name, words }) => {
    const [path, folder] = words;
    if (!/^(?:script)?alias$/.test(name) || path === undefined || folder === undefined) return [];
    if (path.includes("*") || folder.includes("*")) return [];
    return [{ path: segmentsOf(path), folder: segmentsOf(absolute(folder, serverRoot)) }];
  });
}

function proxied(statements: readonly Statement[], onDisk: readonly Mapping[]): readonly Mapping[] {
  return withPaths(statements).flatMap(({ name, words }) => {
    if (name !== "proxypass") return [];
    const path = segmentsOf(words[0] ?? "");
    if (words[1] !== "!") return [{ path, folder: undefined }];
    const around = mappingAt(onDisk, path);
    return [{ path, folder: around.folder?.concat(path.slice(around.path.length)) }];
  });
}

/** The lines of a server; those in a Location take their path from it. */
function withPaths(statements: readonly Statement[]) {
  return statements.flatMap((statement) => {
    if (statement.kind === "directive") {
      return [{ name: statement.name, words: splitWords(statement.argument) }];
    }
    const [path = ""] = splitWords(statement.argument);
    if (statement.name !== "location" || !path.startsWith("/") || /[*?[]/.test(path)) return [];
    return directDirectives(statement.children).map(({ name, argument }) => ({
      name,
      words: [path, ...splitWords(argument)],
    }));
  });
}

const unfollowed = new Set([
  "aliasmatch",
  "scriptaliasmatch",
  "userdir",
  "virtualdocumentroot",
  "virtualscriptalias",
  "rewriterule",
  "proxypassmatch",
]);

function reportOthers(statements: readonly Statement[], report: Report): void {
  for (const directive of directDirectives(statements)) {
    if (!unfollowed.has(directive.name)) continue;
    const text =
      "where this line leads is not followed: gatewayd decides by the path that the visitor sends and by that of the file that Apache serves, so compare the places in gateway.yaml";
    report("warning", directive, text);
  }
}
