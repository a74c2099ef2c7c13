import { isDeepStrictEqual } from "node:util";
import { accessFilesOf } from "./access-files.ts";
import { apacheChanges, type ProtectedServer } from "./apache-changes.ts";
import { apacheSnippet } from "./apache-snippet.ts";
import { allDirectives } from "./configuration-tree.ts";
import { reportErrorPages } from "./error-pages.ts";
import { type Expansion, expand } from "./expansion.ts";
import { mappingsOf } from "./folder-mapping.ts";
import { type GatewaySite, gatewayYaml } from "./gateway-yaml.ts";
import { factsOf } from "./if-sections.ts";
import { type AccessFile, isOurAuthType, layersOf } from "./layers.ts";
import { regionsOf } from "./regions.ts";
import { createRemarks, type Remark, type Report } from "./remark.ts";
import { positionOf, serversOf, type VirtualServer } from "./servers.ts";
import { siteOrigin } from "./site-origin.ts";
import { sitePlaces } from "./site-places.ts";
import type { MigrationWorld } from "./world.ts";
import { reportYamlProblems } from "./yaml-problems.ts";

/** What a caller may say beside the files. */
export interface MigrationOptions {
  /** Where relative paths start until a file says otherwise; `/etc/apache2` unless given. */
  readonly serverRoot?: string | undefined;
  /** What `-D NAME` or the environment gives: names and values, which may be empty. */
  readonly defines?: ReadonlyMap<string, string> | undefined;
  /** The unix socket at which Apache asks gatewayd; `/run/countersign/authorizer.sock` unless given. */
  readonly socket?: string | undefined;
}

/** A file of the old configuration as it is to be. */
export interface ChangedFile {
  readonly path: string;
  readonly text: string;
}

/** A key that stood in the old configuration and needs a file of its own. */
export interface SecretFile {
  /** Relative to the gateway's settings file, which names it. */
  readonly name: string;
  readonly text: string;
}

/** What an old configuration becomes. */
export interface Migration {
  /** The settings of gatewayd. */
  readonly yaml: string;
  /** The sections of Apache's configuration that change, as they are to be. */
  readonly apache: string;
  /** The files with lines that change, whole: without TKTAuth, and with what `apache` shows. */
  readonly files: readonly ChangedFile[];
  /** To be written for the owner alone, and never printed. */
  readonly secrets: readonly SecretFile[];
  readonly remarks: readonly Remark[];
}

/**
 * Turns an Apache configuration with mod_auth_pubtkt into one that asks gatewayd. What cannot be
 * carried over is an error among the remarks; nothing is thrown.
 *
 * @param files Absolute paths of configuration files, as Apache would read them.
 */
export function migrateApache(
  files: readonly string[],
  world: MigrationWorld,
  options: MigrationOptions = {},
): Migration {
  const { serverRoot = "/etc/apache2", defines = new Map() } = options;
  const { socket = "/run/countersign/authorizer.sock" } = options;
  const remarks = createRemarks();
  const { report } = remarks;
  const expansion = expand(files, world, { serverRoot, defines }, report);
  const statements = expansion.parts.flatMap((part) => part.statements);
  const secrets = createSecrets();
  const migrated = serversOf(statements).map((server) =>
    migrateServer(server, { expansion, world, secrets, report }),
  );
  const protectedServers = migrated.flatMap((one) => one.protectedServer ?? []);
  const accessFiles = migrated.flatMap((one) => one.accessFiles);
  const changes = apacheChanges(expansion, { protectedServers, accessFiles, socket }, report);
  const sites = distinctSites(migrated, report);
  if (protectedServers.length === 0) {
    const at = statements[0] ?? { file: files[0] ?? "", line: 1 };
    report("error", at, "nothing in these files asks for tickets (AuthType mod_auth_pubtkt)");
  }
  if (sites.length > 0) reportYamlProblems(gatewayYaml(socket, sites), sites, report);
  const errors = remarks.all().filter(({ level }) => level === "error");
  return {
    yaml: gatewayYaml(socket, sites, errors),
    apache: apacheSnippet(statements, protectedServers, changes, socket),
    files: [...expansion.texts].flatMap(([path, text]) => {
      const changed = changes.applied(path, text);
      return changed === undefined || changed === text ? [] : [{ path, text: changed }];
    }),
    secrets: secrets.all(),
    remarks: remarks.all(),
  };
}

interface MigratedServer {
  readonly accessFiles: readonly AccessFile[];
  /** Neither of the two for a server that asks for no tickets. */
  readonly site?: GatewaySite;
  readonly protectedServer?: ProtectedServer;
}

interface ServerContext {
  readonly expansion: Expansion;
  readonly world: MigrationWorld;
  readonly secrets: Secrets;
  readonly report: Report;
}

function migrateServer(server: VirtualServer, context: ServerContext): MigratedServer {
  const { expansion, world, secrets } = context;
  const { serverRoot } = expansion;
  const { report, told, hasError } = noted(context.report);
  // Of a server that asks for no tickets nothing needs to be told.
  const mappings = mappingsOf(server, serverRoot, report);
  const search = { world, serverRoot, report: context.report, read: expansion.readLater };
  const accessFiles = accessFilesOf(server, mappings, search);
  const all = [...server.main, ...server.own, ...accessFiles.flatMap((file) => file.statements)];
  if (!allDirectives(all).some(isOurAuthType)) return { accessFiles };
  const facts = factsOf(server);
  const layers = layersOf(server, { serverRoot, facts, report, accessFiles });
  const regions = regionsOf(layers, mappings, report);
  const at = positionOf(server);
  const naming = noted(context.report);
  const named = siteOrigin(server, naming.report);
  const { origin = "", serverName } = named ?? {};
  const secretName = secrets.nameOf;
  const places = sitePlaces(regions, at, { origin, secretName, report });
  // Where something is left out, it may be what asks for tickets.
  if (!places.isProtected && !hasError()) return { accessFiles };
  reportErrorPages(server, accessFiles, regions, report);
  told();
  naming.told();
  const protectedServer = { server, accessFiles, serverName };
  if (named === undefined) return { accessFiles, protectedServer };
  return { accessFiles, protectedServer, site: { origin, at, ...places } };
}

/** Keeps remarks until `told` passes them on. */
function noted(report: Report) {
  const remarks: Parameters<Report>[] = [];
  return {
    report: (...remark: Parameters<Report>) => void remarks.push(remark),
    hasError: () => remarks.some(([level]) => level === "error"),
    told() {
      for (const remark of remarks) report(...remark);
    },
  };
}

/** Two servers may have one name, such as those for IPv4 and IPv6, if they want the same. */
function distinctSites(
  migrated: readonly MigratedServer[],
  report: Report,
): readonly GatewaySite[] {
  const sites = new Map<string, GatewaySite>();
  for (const { site } of migrated) {
    const known = site && sites.get(site.origin);
    if (site === undefined) continue;
    const { at } = site;
    if (known === undefined) sites.set(site.origin, site);
    else if (!isDeepStrictEqual({ ...known, at }, { ...site, at })) {
      const text = `another server is ${site.origin}, too (${known.at.file}:${known.at.line}): gatewayd knows it by that name alone`;
      report("error", at, text);
    }
  }
  return [...sites.values()];
}

interface Secrets {
  nameOf(text: string): string;
  all(): readonly SecretFile[];
}

/** One file for each key, named in the order in which they come up. */
function createSecrets(): Secrets {
  const names = new Map<string, string>();
  return {
    nameOf(text) {
      const name = names.get(text) ?? `basic-auth-${names.size + 1}.key`;
      names.set(text, name);
      return name;
    },
    all: () => [...names].map(([text, name]) => ({ name, text })),
  };
}
