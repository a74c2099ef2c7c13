import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Owner } from "../kit/cleanup.ts";
import { freeLoopbackPort } from "../kit/loopback-port.ts";
import { makeCertificate } from "../kit/openssl.ts";
import { runGateway } from "../kit/programs.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { startApache } from "../kit/web-servers.ts";
import { type Answer, exchange } from "./exchange.ts";
import { type Keys, makeKeys } from "./keys.ts";
import { migrateInPlace } from "./migrate-in-place.ts";
import { type Ports, writeOldServer } from "./old-server-files.ts";
import type { OldSite } from "./old-site.ts";

/** One request. */
export interface Visit {
  readonly host: string;
  readonly scheme: "http" | "https";
  /** As it is sent; characters are bytes. */
  readonly target: string;
  readonly method: string;
  readonly httpVersion: "1.0" | "1.1";
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** The same sites twice: an Apache with the C module, and one that asks gatewayd after the migration. */
export interface TwoSides {
  readonly keys: Keys;
  /** `http://name.example.com:34567` */
  originOf(visit: Visit): string;
  askModule(visit: Visit): Promise<Answer>;
  askMigrated(visit: Visit): Promise<Answer>;
  /** What the migration said of single lines. */
  readonly remarks: readonly string[];
  /** What the module's Apache has logged. */
  moduleLog(): string;
  /** What the gateway has logged. */
  gatewayLog(): string;
  /** `unix:/path` or `http://127.0.0.1:34567` of the gateway. */
  readonly gatewayAddresses: readonly string[];
}

/** Starts both. Sites are named by their hosts; `change` is what becomes of the settings after the migration. */
export async function startTwoSides(
  owner: Owner,
  sites: ReadonlyMap<string, OldSite>,
  change?: (yaml: string) => string,
): Promise<TwoSides> {
  const keys = makeKeys();
  const ports: Ports = { http: await freeLoopbackPort(), https: await freeLoopbackPort() };
  const shared = temporaryFolder(owner);
  const certificate = makeCertificate(shared, "*.example.com");
  const server = { sites, keys, ports, certificate };
  const old = { folder: temporaryFolder(owner), address: "127.0.0.1" };
  const migrated = { folder: temporaryFolder(owner), address: "127.0.0.2" };
  for (const { folder, address } of [old, migrated]) {
    writeOldServer(folder, { ...server, address });
  }
  const { settingsFile, remarks } = migrateInPlace(migrated.folder, change);
  const now = () => Math.floor(Date.now() / 1000);
  const gateway = await runGateway(owner, { settingsFile, now });
  for (const { folder } of [old, migrated]) {
    const site = { folder, host: "", port: ports.http, origin: "", loginOrigin: "" };
    await startApache(owner, site);
  }
  const pem = readFileSync(certificate.certificateFile, "utf8");
  const originOf = ({ scheme, host }: Visit) => `${scheme}://${host}:${ports[scheme]}`;
  const asking = (address: string) => (visit: Visit) =>
    exchange({
      address,
      port: ports[visit.scheme],
      certificate: visit.scheme === "https" ? pem : undefined,
      host: visit.host,
      from: "127.0.0.1",
      ...written(visit, `${visit.host}:${ports[visit.scheme]}`),
    });
  return {
    keys,
    originOf,
    askModule: asking(old.address),
    askMigrated: asking(migrated.address),
    remarks,
    moduleLog: () => readFileSync(join(old.folder, "error.log"), "utf8"),
    gatewayLog: gateway.log,
    gatewayAddresses: gateway.addresses,
  };
}

const form = "name=value";

function written({ method, target, httpVersion, headers }: Visit, host: string) {
  const body = method === "POST" ? form : "";
  const all: (readonly [string, string])[] = [["Host", host], ...headers];
  if (body !== "") all.push(["Content-Length", String(body.length)]);
  const fields = all.map(([name, value]) => `${name}: ${value}`);
  return { lines: [`${method} ${target} HTTP/${httpVersion}`, ...fields], body };
}
