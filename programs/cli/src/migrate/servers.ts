import type { Directive, Section, Statement } from "./configuration-tree.ts";
import type { Position } from "./remark.ts";
import { splitWords } from "./words.ts";

/** A virtual host, or the main server if there is none. */
export interface VirtualServer {
  /** `<VirtualHost …>`; `undefined`: the main server. */
  readonly section: Section | undefined;
  /** What stands outside of all virtual hosts. */
  readonly main: readonly Statement[];
  /** What stands in this one alone. */
  readonly own: readonly Statement[];
  readonly name: ServerName | undefined;
  /** The ports that visitors may come by, as far as the configuration says. */
  readonly ports: readonly number[];
  readonly isTls: boolean;
}

/** `ServerName https://wiki.example.com:8443`, in parts. */
export interface ServerName {
  readonly at: Directive;
  readonly scheme: "http" | "https" | undefined;
  readonly host: string;
  readonly port: number | undefined;
}

/** All servers that a configuration has; the main server only where visitors can reach it. */
export function serversOf(statements: readonly Statement[]): readonly VirtualServer[] {
  const isHost = ({ kind, name }: Statement) => kind === "section" && name === "virtualhost";
  const main = statements.filter((statement) => !isHost(statement));
  const hosts = statements.filter((one): one is Section => isHost(one) && one.kind === "section");
  const listened = namedDirectives(main, "listen").flatMap(
    ({ argument }) => portOf(argument) ?? [],
  );
  const servers = hosts.map((section): VirtualServer => {
    const ports = splitWords(section.argument).map(portOf);
    return {
      section,
      main,
      own: section.children,
      name: serverName(section.children) ?? undefined,
      // `*` and no port at all are whatever the server listens on.
      ports: ports.includes(undefined)
        ? listened
        : distinct(ports.filter((port) => port !== undefined)),
      isTls: isTls(section.children) ?? isTls(main) ?? false,
    };
  });
  const isReached = listened.some((port) => servers.every(({ ports }) => !ports.includes(port)));
  if (servers.length > 0 && !isReached) return servers;
  const mainServer = { section: undefined, main, own: [], ports: distinct(listened) };
  return [...servers, { ...mainServer, name: serverName(main), isTls: isTls(main) ?? false }];
}

/** The directives of that name, in order, wherever the sections around them say nothing of places. */
export function namedDirectives(statements: readonly Statement[], name: string): Directive[] {
  return directDirectives(statements).filter((directive) => directive.name === name);
}

/** Every directive that holds for the whole of a section; those in `<Limit>` hold for all methods. */
export function directDirectives(statements: readonly Statement[]): Directive[] {
  return statements.flatMap((statement) => {
    if (statement.kind === "directive") return [statement];
    return transparent.has(statement.name) ? directDirectives(statement.children) : [];
  });
}

const transparent = new Set(["limit", "limitexcept"]);

/** Where the server is told to be, for a remark that concerns all of it. */
export function positionOf({ section, main }: VirtualServer): Position {
  return section ?? main[0] ?? { file: "", line: 1 };
}

/** What a server's directive of that name says: its own, else that of the main server. */
export function serverDirective(server: VirtualServer, name: string): Directive | undefined {
  return namedDirectives(server.own, name).at(-1) ?? namedDirectives(server.main, name).at(-1);
}

function serverName(statements: readonly Statement[]): ServerName | undefined {
  const at = namedDirectives(statements, "servername").at(-1);
  if (at === undefined) return undefined;
  const [text = ""] = splitWords(at.argument);
  const [, scheme, host = "", port] =
    /^(?:(https?):\/\/)?([\w.-]+|\[[\da-f:]+\])(?::(\d{1,5}))?$/i.exec(text) ?? [];
  return {
    at,
    scheme: scheme?.toLowerCase() as "http" | "https" | undefined,
    host: host.toLowerCase(),
    port: port === undefined ? undefined : Number(port),
  };
}

function isTls(statements: readonly Statement[]): boolean | undefined {
  const engine = namedDirectives(statements, "sslengine").at(-1);
  return engine === undefined ? undefined : /^(?:on|optional)$/i.test(engine.argument.trim());
}

function portOf(address: string): number | undefined {
  const port = /(?:^|:)(\d{1,5})(?:\s+\w+)?$/.exec(address.trim())?.[1];
  return port === undefined ? undefined : Number(port);
}

function distinct<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)];
}
