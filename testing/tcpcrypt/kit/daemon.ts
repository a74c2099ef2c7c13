import { existsSync, readdirSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import type { Status, tcpcryptSettings } from "@countersign/tcpcryptd";
import { atEnd, type Owner } from "../../kit/cleanup.ts";
import type { Host } from "../../kit/namespaces/host.ts";
import type { ServerProcess } from "../../kit/server-process.ts";
import { temporaryFolder } from "../../kit/temporary-folder.ts";
import { ask, type Endpoint, type ShownConnection, type Watch, watch } from "./control.ts";
import { residentBytes } from "./processes.ts";

const commandLine = join(import.meta.dirname, "../../../programs/cli/src/main.ts");

type SettingsFile = NonNullable<(typeof tcpcryptSettings)["~standard"]["types"]>["input"];

/** Settings as a file may have them. */
export type DaemonSettings = Omit<SettingsFile, "runtimeFolder">;

/** tcpcryptd on a host, with a runtime folder of its own. */
export class Daemon {
  readonly host: Host;
  /** The settings file. */
  readonly config: string;
  readonly runtimeFolder: string;
  #process: ServerProcess | undefined;

  constructor(host: Host, place: { config: string; runtimeFolder: string }) {
    this.host = host;
    this.config = place.config;
    this.runtimeFolder = place.runtimeFolder;
  }

  get controlSocket(): string {
    return join(this.runtimeFolder, "tcpcrypt.sock");
  }

  /** Of the supervisor. */
  get pid(): number {
    return this.#running.pid;
  }

  get log(): string {
    return this.#running.log();
  }

  /** Starts it (again) and waits until it answers. @throws {Error} with its log */
  async start(): Promise<void> {
    await this.#start(process.execPath, []);
  }

  /** As {@link start}, with at most so many open files for each of its processes. */
  async startWithFiles(openFiles: number): Promise<void> {
    await this.#start("prlimit", [`--nofile=${openFiles}:${openFiles}`, process.execPath]);
  }

  signal(signal: NodeJS.Signals): void {
    this.#running.signal(signal);
  }

  /** Ends it as a service manager would, and waits. */
  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  /** Runs `countersign tcpcrypt …` on this host, about this daemon. */
  run(subcommand: string, ...args: string[]) {
    const isAsking = subcommand !== "up" && subcommand !== "down";
    const which = isAsking ? ["--socket", this.controlSocket] : ["--config", this.config];
    return this.host.run(process.execPath, commandLine, "tcpcrypt", subcommand, ...args, ...which);
  }

  ask(question: object): Promise<Record<string, unknown>> {
    return ask(this.controlSocket, question);
  }

  /** The connection that an application of this host has, as it sees it; `null` when unknown. */
  async session(of: { local: Endpoint; remote: Endpoint }): Promise<ShownConnection | null> {
    const { connection } = await this.ask({ ask: "session", local: of.local, remote: of.remote });
    return connection as ShownConnection | null;
  }

  async connections(): Promise<readonly ShownConnection[]> {
    return (await this.ask({ ask: "connections" })).connections as readonly ShownConnection[];
  }

  watch(): Promise<Watch> {
    return watch(this.controlSocket);
  }

  /** What all its workers keep in memory. */
  async workersBytes(): Promise<number> {
    const { workers } = await this.status();
    return workers.reduce((sum, { pid }) => sum + (pid === null ? 0 : residentBytes(pid)), 0);
  }

  async status(): Promise<Status> {
    return (await this.ask({ ask: "status" })).status as Status;
  }

  async #start(command: string, before: readonly string[]): Promise<void> {
    this.#process = await this.host.start({
      command,
      args: [...before, commandLine, "tcpcrypt", "up", "--foreground", "--config", this.config],
      isReady: () => this.#answers(),
    });
  }

  async #answers(): Promise<boolean> {
    try {
      await this.ask({ ask: "status" });
      return true;
    } catch {
      return false;
    }
  }

  get #running(): ServerProcess {
    if (this.#process === undefined) throw new Error("the daemon was not started");
    return this.#process;
  }
}

/** What tests ask for unless they say otherwise: everything, and one worker, which starts sooner. */
const everything = {
  outgoing: [{ ports: "all" }],
  incoming: [{ ports: "all" }],
  workers: 1,
  limits: { drainSeconds: 0 },
};

/** Prepares a daemon without starting it. What it may leave behind is removed with `owner`. */
function prepareDaemon(owner: Owner, host: Host, settings: DaemonSettings = {}): Daemon {
  const folder = temporaryFolder(owner);
  const config = join(folder, "tcpcrypt.yaml");
  const runtimeFolder = join(folder, "run");
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ ...everything, ...settings, runtimeFolder }));
  const daemon = new Daemon(host, { config, runtimeFolder });
  atEnd(owner, async () => {
    if (existsSync(runtimeFolder) && readdirSync(runtimeFolder).length > 0)
      await daemon.run("down");
  });
  return daemon;
}

/** Starts tcpcryptd on a host. */
export async function startDaemon(
  owner: Owner,
  host: Host,
  settings: DaemonSettings = {},
): Promise<Daemon> {
  const daemon = prepareDaemon(owner, host, settings);
  await daemon.start();
  // Connections that stay would have it wait before it ends.
  atEnd(owner, () => host.closeSockets());
  return daemon;
}

/** A connection as the application that holds `socket` sees it. */
export function viewOf(socket: Socket): { local: Endpoint; remote: Endpoint } {
  const { localAddress = "", localPort = 0, remoteAddress = "", remotePort = 0 } = socket;
  return {
    local: { address: unmapped(localAddress), port: localPort },
    remote: { address: unmapped(remoteAddress), port: remotePort },
  };
}

function unmapped(address: string): string {
  return address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
}
