import { appendFileSync, existsSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Owner } from "@countersign/testing/kit/cleanup.ts";
import { type ServerProcess, startServerProcess } from "@countersign/testing/kit/server-process.ts";
import { type PreparedSite, prepareSite, type SitePlan } from "@countersign/testing/kit/site.ts";
import { onFirstCore } from "./pinning.ts";

const hostName = "wiki.demo.localhost";
const loginOrigin = "https://sso.demo.localhost";
const commandLine = fileURLToPath(new URL("../../../programs/cli/src/main.ts", import.meta.url));

/** A site that is ready to be asked. */
export interface BenchSite {
  readonly port: number;
  /** What stands in the Host header. */
  readonly host: string;
  readonly folder: string;
  /** The gateway's own process; `undefined`: there is none. */
  readonly gateway: ServerProcess | undefined;
}

/** One of the examples, with what changed for the bench. */
export interface BenchPlan extends Pick<SitePlan, "example" | "publicKey" | "change"> {
  /** What else goes into gateway.yaml. */
  readonly settings?: string;
  /** Stands in place of gatewayd, given the folder. */
  readonly startAuthorizer?: (owner: Owner, folder: string) => Promise<unknown>;
  readonly startServer: (owner: Owner, site: PreparedSite) => Promise<unknown>;
}

/** Starts a web server with what it asks, all of it on the first core. */
export async function startSite(owner: Owner, plan: BenchPlan): Promise<BenchSite> {
  const { example, publicKey, change, settings = "" } = plan;
  const planned = { example, publicKey, host: hostName, loginOrigin };
  const site = await prepareSite(owner, change === undefined ? planned : { ...planned, change });
  const settingsFile = join(site.folder, "gateway.yaml");
  return onFirstCore(async () => {
    let gateway: ServerProcess | undefined;
    if (plan.startAuthorizer !== undefined) await plan.startAuthorizer(owner, site.folder);
    else if (existsSync(settingsFile)) {
      appendFileSync(settingsFile, settings);
      gateway = await startGatewayd(owner, site.folder);
    }
    await plan.startServer(owner, site);
    const { port, folder } = site;
    return { port, folder, host: `${hostName}:${port}`, gateway };
  });
}

/** gatewayd in a process of its own, by the `gateway.yaml` of a folder. */
export function startGatewayd(owner: Owner, folder: string): Promise<ServerProcess> {
  return startServerProcess(owner, {
    command: process.execPath,
    args: [commandLine, "gateway", "--config", join(folder, "gateway.yaml")],
    isReady: () => accepts(socketIn(folder)),
  });
}

/** Where the gateway of a folder answers. */
export function socketIn(folder: string): string {
  const sockets = ["gateway.sock", "authorizer.sock"].map((name) => join(folder, name));
  return sockets.find((path) => existsSync(path)) ?? join(folder, "gateway.sock");
}

/** Whether somebody listens on a unix socket. */
export function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}
