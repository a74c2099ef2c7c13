import type { Report } from "./remark.ts";
import { namedDirectives, positionOf, type VirtualServer } from "./servers.ts";

/** The address of a site, and what Apache must call itself for gatewayd to hear it. */
export interface SiteOrigin {
  readonly origin: string;
  /** `undefined`: what stands in the configuration will do. */
  readonly serverName: string | undefined;
}

const usualPorts = { http: 80, https: 443 } as const;

/** Where visitors reach a server; `undefined`: it has no name. */
export function siteOrigin(server: VirtualServer, report: Report): SiteOrigin | undefined {
  const { name, ports, isTls } = server;
  if (name === undefined || name.host === "") {
    const text = "gatewayd knows sites by their ServerName: give one, as visitors type it";
    report("error", name?.at ?? positionOf(server), text);
    return undefined;
  }
  for (const alias of namedDirectives(server.own, "serveralias")) {
    const text = `visitors by these names come back to ${name.host} after signing in: give other names a virtual host of their own, or redirect them`;
    report("warning", alias, text);
  }
  const scheme = name.scheme ?? (isTls ? "https" : "http");
  const usual = usualPorts[scheme];
  const [first] = ports;
  // With UseCanonicalName Apache takes the port from ServerName, and else the usual one.
  const isUnsaid = name.port === undefined && first !== undefined && !ports.includes(usual);
  const port = isUnsaid ? first : (name.port ?? usual);
  if (ports.length > 1) {
    report(
      "warning",
      positionOf(server),
      `visitors by other ports than ${port} come back to ${port}`,
    );
  }
  const host = port === usual ? name.host : `${name.host}:${port}`;
  const origin = `${scheme}://${host}`;
  if (!isUnsaid) return { origin, serverName: undefined };
  const prefix = name.scheme === undefined ? "" : `${name.scheme}://`;
  report("warning", name.at, `ServerName needs the port that visitors use: ${prefix}${host}`);
  return { origin, serverName: `${prefix}${host}` };
}
