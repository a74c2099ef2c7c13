import { allDirectives, type Directive } from "./configuration-tree.ts";
import type { AccessFile } from "./layers.ts";
import { covers, segmentsOf } from "./path-globs.ts";
import { scopeOf } from "./places-of-sections.ts";
import type { Region } from "./regions.ts";
import type { Report } from "./remark.ts";
import { directDirectives, type VirtualServer } from "./servers.ts";
import { splitWords } from "./words.ts";

/**
 * Tells which pages of errors need to be open. Where other sections count for such a page than for the
 * address that was asked for, Apache asks gatewayd about it, and forgets the error over the answer.
 */
export function reportErrorPages(
  server: VirtualServer,
  accessFiles: readonly AccessFile[],
  regions: readonly Region[],
  report: Report,
): void {
  const outside = server.main.filter(({ name }) => name !== "virtualhost");
  const files = accessFiles.flatMap(({ statements }) => statements);
  for (const directive of allDirectives([...outside, ...server.own, ...files])) {
    if (directive.name !== "errordocument") continue;
    const [, page = ""] = splitWords(directive.argument);
    const path = page.replace(/\?.*$/s, "");
    if (!path.startsWith("/") || !isGuarded(path, regions) || isOpen(path, server)) continue;
    const text = `visitors may get this page with 200 instead of the error's status: say <Location "${path}"> Require all granted </Location>`;
    report("warning", directive, text);
  }
}

function isGuarded(path: string, regions: readonly Region[]): boolean {
  const page = segmentsOf(path);
  const holding = regions.filter(({ glob }) => covers(glob, page));
  const closest = holding.filter(({ glob }) =>
    holding.every((other) => covers(other.glob, glob) || !covers(glob, other.glob)),
  );
  return closest.some(({ authType }) => authType?.value === "mod_auth_pubtkt");
}

/** Whether a Location lets everybody read it. */
function isOpen(path: string, { main, own }: VirtualServer): boolean {
  const page = segmentsOf(path);
  return [...main, ...own].some((section) => {
    if (section.kind !== "section" || !section.name.startsWith("location")) return false;
    const holds = scopeOf(section, "/")?.globs.some((glob) => covers(glob, page)) === true;
    return holds && directDirectives(section.children).some(grantsAll);
  });
}

function grantsAll({ name, argument }: Directive): boolean {
  return name === "require" && /^all\s+granted$/i.test(argument.trim());
}
