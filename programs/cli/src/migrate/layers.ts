import type { Directive, Section, Statement } from "./configuration-tree.ts";
import type { Conditions, IfFacts } from "./if-expressions.ts";
import { decideIfs } from "./if-sections.ts";
import {
  everywhere,
  isFilesSection,
  isPlaceSection,
  isRegexSection,
  type Scope,
  scopeOf,
  scopeOfFiles,
} from "./places-of-sections.ts";
import type { Position, Report } from "./remark.ts";
import { directDirectives, positionOf, type VirtualServer } from "./servers.ts";
import { isTicketDirective, readTicketDirectives } from "./ticket-directives.ts";
import type { Said, TicketSettings } from "./ticket-settings.ts";
import { splitWords } from "./words.ts";

/** What one section says, and where it counts. Of layers in order, each is merged onto those before. */
export interface Layer {
  readonly at: Position;
  readonly scope: Scope;
  /** What a visit must be like, beside its path. */
  readonly conditions: Conditions | undefined;
  readonly settings: TicketSettings;
  readonly authType: Said<string> | undefined;
}

/** What a server's layers are read with. */
export interface LayerOptions {
  readonly serverRoot: string;
  readonly facts: IfFacts;
  readonly report: Report;
  /** The `.htaccess` files that count, from the root of the disk down. */
  readonly accessFiles: readonly AccessFile[];
}

/** An `.htaccess` file. */
export interface AccessFile {
  readonly folder: readonly string[];
  readonly path: string;
  readonly statements: readonly Statement[];
  /** What AllowOverride lets it say, in small letters. */
  readonly allowed: ReadonlySet<string>;
}

interface Holder {
  readonly scope: Scope;
  readonly statements: readonly Statement[];
  readonly at: Position;
}

/**
 * The layers of a server, in Apache's order: the server itself, folders from the root down with
 * the `.htaccess` in each, regular expressions of folders, files, locations, and what stands in If.
 */
export function layersOf(server: VirtualServer, options: LayerOptions): readonly Layer[] {
  const at = positionOf(server);
  const whole = [server.main, server.own].map((statements) => ({
    scope: everywhere,
    statements,
    at,
  }));
  const sections = [...server.main, ...server.own].filter((one) => one.kind === "section");
  const places = sections.filter(isPlaceSection).flatMap((section) => holderOf(section, options));
  const folders = places.filter(({ section }) => section.name.startsWith("directory"));
  const [expressions, plain] = parted(folders, ({ section }) => isRegexSection(section));
  const accessFiles = options.accessFiles.map(({ folder, path, statements }) => ({
    scope: { of: "files", globs: [[...folder, "**"]] } as const,
    statements,
    at: { file: path, line: 1 },
  }));
  // Apache sorts these, too, by nothing but the slashes in the expression.
  expressions.sort((a, b) => slashesIn(a.section) - slashesIn(b.section));
  const holders: Holder[] = [...whole, ...byDepth(plain, accessFiles), ...expressions];
  const files = holders.flatMap((holder) => filesIn(holder, options));
  const locations = places.filter(({ section }) => section.name.startsWith("location"));
  const all = [...holders, ...files, ...locations];
  for (const { statements } of [...files, ...locations])
    reportUnread(statements, [], options.report);
  for (const { statements } of folders) reportUnread(statements, [isFilesSection], options.report);
  reportUnread(sections, [isPlaceSection, isFilesSection], options.report);
  return [
    ...all.map((holder) => layerOf(holder, undefined, options)),
    ...all.flatMap((holder) => ifsIn(holder, undefined, options)),
  ];
}

/** Stable: of sections for the same folder, the later one counts, and the `.htaccess` after it. */
function byDepth(sections: readonly Holder[], accessFiles: readonly Holder[]): readonly Holder[] {
  const depth = ({ scope }: Holder) => scope.globs[0]?.length ?? 0;
  return [...sections, ...accessFiles].sort((a, b) => depth(a) - depth(b));
}

function slashesIn({ argument }: Section): number {
  return argument.split("/").length;
}

function holderOf(section: Section, options: LayerOptions) {
  const scope = scopeOf(section, options.serverRoot);
  if (scope === undefined) {
    reportUnsaid(section, options.report);
    return [];
  }
  const isBelow = section.name === "location" && /[^/"']\/["']?$/.test(section.argument);
  if (isBelow && saysAnything(section.children)) {
    const text =
      "gatewayd takes the path without its last slash for the same place, Apache did not";
    options.report("warning", section, text);
  }
  const isOfAnyName =
    section.name === "directory" && scope.globs[0]?.at(-2)?.includes("*") === true;
  if (isOfAnyName && saysAnything(section.children)) {
    const text =
      "gatewayd cannot tell folders from files: this counts for files of such names, too";
    options.report("warning", section, text);
  }
  return [{ scope, statements: section.children, at: section, section }];
}

function filesIn({ scope, statements }: Holder, options: LayerOptions): readonly Holder[] {
  return statements.flatMap((section) => {
    if (section.kind !== "section" || !isFilesSection(section)) return [];
    const own = scopeOfFiles(section, scope);
    if (own === undefined) {
      reportUnsaid(section, options.report);
      return [];
    }
    return [{ scope: own, statements: section.children, at: section }];
  });
}

function ifsIn(
  { scope, statements }: Holder,
  around: Conditions | undefined,
  options: LayerOptions,
): readonly Layer[] {
  return decideIfs(statements, options.facts).flatMap(({ section, outcome }) => {
    if (outcome === "never" || !saysAnything(section.children)) return [];
    const own = outcome === "always" ? {} : outcome;
    const isSayable =
      own !== "undecided" &&
      !isGetAlone(own.conditions?.methods) &&
      (own.paths === undefined || scope === everywhere) &&
      (own.conditions === undefined || around === undefined);
    if (!isSayable) {
      reportUnsaid(section, options.report);
      return [];
    }
    const inside =
      own.paths === undefined ? scope : ({ of: "addresses", globs: own.paths } as const);
    const conditions = own.conditions ?? around;
    const holder = { scope: inside, statements: section.children, at: section };
    reportUnread(section.children, [], options.report);
    return [layerOf(holder, conditions, options), ...ifsIn(holder, conditions, options)];
  });
}

function layerOf(
  { scope, statements, at }: Holder,
  conditions: Conditions | undefined,
  { serverRoot, report }: LayerOptions,
): Layer {
  const directives = directDirectives(statements);
  const tickets = directives.filter(({ name }) => isTicketDirective(name));
  const settings = readTicketDirectives(tickets, serverRoot, report);
  return { at, scope, conditions, settings, authType: authTypeOf(directives) };
}

function authTypeOf(directives: readonly Directive[]): Said<string> | undefined {
  const at = directives.filter(({ name }) => name === "authtype").at(-1);
  if (at === undefined) return undefined;
  const [value = ""] = splitWords(at.argument);
  return { value: value.toLowerCase(), at };
}

/** To gatewayd, GET is HEAD as well; to Apache's expressions it is not. */
function isGetAlone(methods: readonly string[] = []): boolean {
  return methods.includes("GET") && !methods.includes("HEAD");
}

/** Sections that have no meaning where they stand, or a meaning that this does not know. */
function reportUnread(
  statements: readonly Statement[],
  known: readonly ((section: Section) => boolean)[],
  report: Report,
): void {
  for (const section of statements) {
    if (
      section.kind === "directive" ||
      /^(?:if|elseif|else|limit|limitexcept)$/.test(section.name)
    ) {
      continue;
    }
    if (!known.some((isKnown) => isKnown(section))) reportUnsaid(section, report);
  }
}

function reportUnsaid(section: Section, report: Report): void {
  if (!saysAnything(section.children)) return;
  const text = `gateway.yaml cannot say where <${section.name}> counts: what it says of tickets is left out`;
  report("error", section, text);
}

/** Whether anything in it is about tickets, or about who checks them. */
function saysAnything(statements: readonly Statement[]): boolean {
  return statements.some((statement) =>
    statement.kind === "section"
      ? saysAnything(statement.children)
      : isTicketDirective(statement.name) || isOurAuthType(statement),
  );
}

/** Whether a line hands its section over to mod_auth_pubtkt. */
export function isOurAuthType({ name, argument }: Directive): boolean {
  return name === "authtype" && splitWords(argument)[0]?.toLowerCase() === "mod_auth_pubtkt";
}

function parted<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
