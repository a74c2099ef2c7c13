import {
  allDirectives,
  type Directive,
  type Section,
  type Statement,
} from "./configuration-tree.ts";
import type { Expansion } from "./expansion.ts";
import { type AccessFile, isOurAuthType } from "./layers.ts";
import { createLineChanges, type LineChange, type LineChanges } from "./line-changes.ts";
import type { Report } from "./remark.ts";
import type { VirtualServer } from "./servers.ts";
import { isTicketDirective } from "./ticket-directives.ts";
import { splitWords } from "./words.ts";

/** A server whose visitors gatewayd is asked about. */
export interface ProtectedServer {
  readonly server: VirtualServer;
  readonly accessFiles: readonly AccessFile[];
  /** What `ServerName` has to say, if it says something else. */
  readonly serverName: string | undefined;
}

/** Whom and what the changes are for. */
export interface ChangeOptions {
  readonly protectedServers: readonly ProtectedServer[];
  /** Those of all servers. */
  readonly accessFiles: readonly AccessFile[];
  readonly socket: string;
}

/** The line that must stand before everything that asks gatewayd. */
export function providerDefinition(socket: string): string {
  return `AuthnzFcgiDefineProvider authn countersign fcgi://${socket}:1/`;
}

/** Hands a section over to gatewayd. */
const provider =
  'AuthnzFcgiCheckAuthnProvider countersign DefaultUser "" UserExpr "%{reqenv:AUTHN_USER}"';

/** What other types of authentication need below such a section. */
const noProvider = "AuthnzFcgiCheckAuthnProvider None";

/**
 * Stands for the section's last line about tickets. Apache asks again about an index or the like only
 * where other sections count for that page than for the address, be there nothing in them.
 */
const keptEmpty =
  "# Keep this empty section: for it Apache asks gatewayd again about an index (DirectoryIndex) and the like.";

const canonicalName = "UseCanonicalName On";

/** What every server needs that asks gatewayd; examples/apache-fcgi/countersign.conf says why. */
const serverLines = [
  canonicalName,
  `SetEnvIfNoCase "^(?=.*[^A-Za-z0-9-])(?:remote[^A-Za-z0-9]user.*|auth[^A-Za-z0-9]type|tcp[^A-Za-z0-9]crypt[^A-Za-z0-9]sessid|x[^A-Za-z0-9](?:forwarded|countersign|original|real)[^A-Za-z0-9].*)$" "." COUNTERSIGN_ODD_HEADER=X_Countersign_Alias`,
  'SetEnvIfExpr "%{CONN_REMOTE_ADDR} =~ /^(.+)$/" COUNTERSIGN_REMOTE_ADDRESS=$1',
  `Header always set Content-Type "expr=%{resp:X-Countersign-Content-Type}" "expr=-n resp('X-Countersign-Content-Type')"`,
  `Header set Cache-Control private "expr=-z resp('Cache-Control')"`,
];

/** What the application finds in Authorization; examples/apache-fcgi/identity.conf says why. */
const authorization = [
  "RequestHeader unset Authorization env=COUNTERSIGN_AUTHORIZATION",
  `RequestHeader set Authorization "expr=%{reqenv:COUNTERSIGN_AUTHORIZATION}" "expr=-n reqenv('COUNTERSIGN_AUTHORIZATION')"`,
  'RequestHeader edit* Connection "(?i)Authorization" "x"',
];

/** What must become of the lines of a configuration: as little as possible. */
export function apacheChanges(
  expansion: Expansion,
  { protectedServers, accessFiles: allAccessFiles, socket }: ChangeOptions,
  report: Report,
): LineChanges {
  const changes = createLineChanges();
  const change = (directive: Directive, isAsked: boolean) => {
    const said = changeOf(directive, isAsked);
    if (said !== undefined) changes.add(directive, said);
  };
  for (const { statements } of [...expansion.parts, ...allAccessFiles]) {
    for (const directive of allDirectives(statements)) change(directive, false);
  }
  for (const { server, accessFiles, serverName } of protectedServers) {
    const statements = [...server.main.filter(isOutside), ...server.own];
    for (const directive of allDirectives(statements)) change(directive, true);
    for (const section of sectionsIn(statements)) keepEmpty(section.children, changes);
    for (const file of accessFiles) {
      for (const directive of allDirectives(file.statements)) {
        change(directive, true);
        requireFileInfo(directive, file, report);
      }
      keepEmpty(file.statements, changes);
      for (const section of sectionsIn(file.statements)) keepEmpty(section.children, changes);
    }
    if (server.section !== undefined) changes.add(server.section, { after: serverLines });
    if (serverName !== undefined && server.name !== undefined) {
      changes.add(server.name.at, { instead: [`ServerName ${serverName}`] });
    }
  }
  addDefinition(expansion, protectedServers, socket, changes);
  addModuleLines(expansion, changes);
  return changes;
}

function isOutside({ kind, name }: Statement): boolean {
  return kind === "directive" || name !== "virtualhost";
}

function sectionsIn(statements: readonly Statement[]): readonly Section[] {
  return statements.flatMap((one) =>
    one.kind === "section" ? [one, ...sectionsIn(one.children)] : [],
  );
}

/** Says why a section stays that has no other lines than those about tickets, which go. */
function keepEmpty(statements: readonly Statement[], changes: LineChanges): void {
  const isLeaving = (one: Statement) =>
    one.kind === "directive" && changes.at(one)?.instead?.length === 0;
  const [first] = statements;
  if (first !== undefined && statements.every(isLeaving)) {
    changes.add(first, { instead: [keptEmpty] });
  }
}

/** `isAsked`: whether it stands where gatewayd is asked at all. */
function changeOf(directive: Directive, isAsked: boolean): Partial<LineChange> | undefined {
  const { name, argument } = directive;
  const words = splitWords(argument).map((word) => word.toLowerCase());
  if (isTicketDirective(name)) {
    const isBasic = /^tktauth(?:fakebasicauth|passthrubasicauth)$/.test(name) && words[0] === "on";
    if (isBasic) return { instead: authorization };
    // Apache keeps credentials from authorizers unless it is told otherwise.
    const isInAuthorization = name === "tktauthheader" && words.includes("authorization");
    return { instead: isInAuthorization ? ["CGIPassAuth On"] : [] };
  }
  if (isOurAuthType(directive)) return { after: [provider] };
  if (!isAsked) return undefined;
  if (name === "authtype") return { after: [noProvider] };
  return name === "usecanonicalname" && words[0] !== "on"
    ? { instead: [canonicalName] }
    : undefined;
}

function bringsLines(change: Partial<LineChange> | undefined): boolean {
  return [...(change?.instead ?? []), ...(change?.after ?? [])].length > 0;
}

function requireFileInfo(directive: Directive, { allowed }: AccessFile, report: Report): void {
  const isAllowed = allowed.has("all") || allowed.has("fileinfo");
  if (isAllowed || !bringsLines(changeOf(directive, true))) return;
  report(
    "error",
    directive,
    "the line for gatewayd needs FileInfo in the AllowOverride of this folder",
  );
}

/** Before the first part of the files that were named in which it is needed. */
function addDefinition(
  { parts }: Expansion,
  protectedServers: readonly ProtectedServer[],
  socket: string,
  changes: LineChanges,
): void {
  const [first] = parts;
  if (protectedServers.length === 0 || first === undefined) return;
  const part =
    parts.find(({ statements }) => allDirectives(statements).some(isOurAuthType)) ??
    parts.at(-1) ??
    first;
  const isMain = protectedServers.some(({ server }) => server.section === undefined);
  changes.add(part.origin, {
    before: [providerDefinition(socket), ...(isMain ? serverLines : [])],
  });
}

/** Once the module is gone, what depends on its being there would not count any more. */
function addModuleLines({ moduleLines, modules, texts }: Expansion, changes: LineChanges): void {
  for (const at of moduleLines) {
    const text = texts.get(at.file)?.split("\n")[at.line - 1]?.trim() ?? "";
    const isLoading = /^loadmodule\b/i.test(text);
    const names = isLoading
      ? needed.filter((name) => !modules.has(`${name}_module`))
      : ["authnz_fcgi"];
    const lines = names.map((name) => text.replaceAll(/(?<=\b|mod_)auth_pubtkt/g, name));
    changes.add(at, { instead: lines });
  }
}

/** The modules of Apache's own that take the place of mod_auth_pubtkt. */
const needed = ["authnz_fcgi", "headers", "setenvif"];
