import { type ProtectedServer, providerDefinition } from "./apache-changes.ts";
import type { Statement } from "./configuration-tree.ts";
import type { LineChanges } from "./line-changes.ts";

/** Lines that are shown beside those that change, since they say together who may come in. */
const shown = new Set(["authname", "authtype", "require", "satisfy", "authmerging", "servername"]);

/** The sections that change, as they are to be, for somebody who edits the files by hand. */
export function apacheSnippet(
  main: readonly Statement[],
  protectedServers: readonly ProtectedServer[],
  changes: LineChanges,
  socket: string,
): string {
  if (protectedServers.length === 0) return "";
  const accessFiles = new Map(
    protectedServers.flatMap((one) => one.accessFiles).map((file) => [file.path, file.statements]),
  );
  const isChanged = (statement: Statement) => hasChange(statement, changes);
  const blocks = [
    [
      "# Once, outside of all virtual hosts and before them (a2enmod authnz_fcgi headers setenvif):",
      providerDefinition(socket),
    ],
    ["# Then every TKTAuth line goes, and these sections are to say:"],
    ...main.filter(isChanged).map((one) => [`# ${one.file}:${one.line}`, ...linesOf(one, changes)]),
    ...[...accessFiles]
      .filter(([, statements]) => statements.some(isChanged))
      .map(([path, all]) => [`# ${path}`, ...all.flatMap((one) => linesOf(one, changes))]),
  ];
  return `${blocks.map((block) => block.join("\n")).join("\n\n")}\n`;
}

/** Whether something is to stand here that did not before. */
function hasChange(statement: Statement, changes: LineChanges): boolean {
  const own = changes.at(statement);
  if (own !== undefined && [...own.after, ...(own.instead ?? [])].length > 0) return true;
  return statement.kind === "section" && statement.children.some((one) => hasChange(one, changes));
}

function linesOf(statement: Statement, changes: LineChanges): readonly string[] {
  const { name, argument } = statement;
  const { after = [], instead } = changes.at(statement) ?? {};
  if (statement.kind === "directive") {
    const own = shown.has(name) ? [`${spelled(name)} ${argument}`] : [];
    return [...(instead ?? own), ...after];
  }
  const inner = statement.children
    .filter((one) => one.kind === "directive" || hasChange(one, changes) || isAccess(one))
    .flatMap((one) => linesOf(one, changes));
  const head = argument === "" ? spelled(name) : `${spelled(name)} ${argument}`;
  return [`<${head}>`, ...[...after, ...inner].map((line) => `    ${line}`), `</${spelled(name)}>`];
}

/** Whether a section says together with others who may come in. */
function isAccess({ name }: Statement): boolean {
  return /^require(?:all|any|none)$|^limit(?:except)?$/.test(name);
}

const spellings: ReadonlyMap<string, string> = new Map(
  [
    "AuthName",
    "AuthType",
    "AuthMerging",
    "ServerName",
    "VirtualHost",
    "LocationMatch",
    "DirectoryMatch",
    "FilesMatch",
    "RequireAll",
    "RequireAny",
    "RequireNone",
    "LimitExcept",
    "ElseIf",
  ].map((name) => [name.toLowerCase(), name] as const),
);

/** Names as manuals write them. */
function spelled(name: string): string {
  return spellings.get(name) ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
