import { type ProtectedServer, providerDefinition } from "./apache-changes.ts";
import type { Statement } from "./configuration-tree.ts";
import type { LineChanges } from "./line-changes.ts";
import { isTicketDirective } from "./ticket-directives.ts";

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
  const blocks = [
    [
      "# Once, outside of all virtual hosts and before them (a2enmod authnz_fcgi headers):",
      providerDefinition(socket),
    ],
    ["# Then every TKTAuth line goes, and these sections are to say:"],
    ...main.filter(hasChange).map((statement) => [comment(statement), ...lines(statement)]),
    ...[...accessFiles]
      .filter(([, statements]) => statements.some(hasChange))
      .map(([path, statements]) => [`# ${path}`, ...statements.flatMap(lines)]),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;

  function hasChange(statement: Statement): boolean {
    const own = changes.at(statement);
    const isMore = own !== undefined && (own.after.length > 0 || (own.instead ?? []).length > 0);
    return isMore || (statement.kind === "section" && statement.children.some(hasChange));
  }

  function lines(statement: Statement): readonly string[] {
    const change = changes.at(statement);
    const after = change?.after ?? [];
    if (statement.kind === "directive") {
      const isShown = shown.has(statement.name) && !isTicketDirective(statement.name);
      const own = isShown ? [`${spelled(statement.name)} ${statement.argument}`] : [];
      return [...(change?.instead ?? own), ...after];
    }
    const inner = statement.children.filter((one) => isTelling(one)).flatMap(lines);
    const head = statement.argument === "" ? "" : ` ${statement.argument}`;
    const name = spelled(statement.name);
    return [`<${name}${head}>`, ...[...after, ...inner].map((line) => `    ${line}`), `</${name}>`];
  }

  function isTelling(statement: Statement): boolean {
    return statement.kind === "directive" || hasChange(statement) || isAccess(statement);
  }
}

/** Whether a section says together with others who may come in. */
function isAccess({ name }: Statement): boolean {
  return /^require(?:all|any|none)$|^limit(?:except)?$/.test(name);
}

function comment({ file, line }: Statement): string {
  return `# ${file}:${line}`;
}

const spellings: Readonly<Record<string, string>> = Object.fromEntries(
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
  ].map((name) => [name.toLowerCase(), name]),
);

/** Names as manuals write them. */
function spelled(name: string): string {
  return spellings[name] ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
