import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { atEnd, type Owner, onExit } from "./cleanup.ts";
import { hasLivingProcess, signalGroup } from "./process-group.ts";
import { waitUntil } from "./wait-until.ts";

/** A server to start in the foreground. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Whether it answers by now; asked until it says so. */
  readonly isReady: () => Promise<boolean>;
  /** What it wrote elsewhere than to its output, for the message when it fails. */
  readonly readLogs?: () => string;
}

/** A running server with its children in a process group of its own. */
export interface ServerProcess {
  readonly pid: number;
  /** Everything it has written so far. */
  log(): string;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it and its children are gone. May be called twice. */
  stop(): Promise<void>;
}

const readyWithinMs = 30_000;
const stopsWithinMs = 10_000;
const keptLogCharacters = 200_000;

/**
 * Starts a server and waits until it answers. It ends with `owner`, and also when this process is
 * interrupted or killed.
 *
 * @throws {Error} when it ends or is silent for 30 seconds; the message holds its log.
 */
export async function startServerProcess(
  owner: Owner,
  server: ServerCommand,
): Promise<ServerProcess> {
  const [command, args] = endingWithUs(server.command, server.args);
  const child = spawn(command, args, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: server.env ?? process.env,
  });
  const output = collectOutput(child);
  const log = () => `${output.text()}${server.readLogs?.() ?? ""}`;
  const pid = await started(child, server.command);
  const forget = onExit(() => endGroupNow(pid));
  const stop = async () => {
    await endGroup(pid);
    forget();
  };
  atEnd(owner, stop);

  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  let answered = false;
  await waitUntil(async () => {
    answered = !hasEnded() && (await server.isReady());
    return answered || hasEnded();
  }, readyWithinMs);
  if (!answered || hasEnded()) {
    const what = hasEnded() ? "ended while starting" : `was not ready in ${readyWithinMs} ms`;
    await stop();
    // Its last words may still be on their way.
    await waitUntil(() => output.isComplete(), stopsWithinMs);
    throw new Error(`${server.command} ${what}; its log:\n${log()}`);
  }
  return { pid, log, stop, signal: (signal) => void process.kill(pid, signal) };
}

/** Lets the kernel end the server with this process, however that dies. */
function endingWithUs(command: string, args: readonly string[]): [string, readonly string[]] {
  const setpriv = "/usr/bin/setpriv";
  if (!existsSync(setpriv)) return [command, args];
  // Had we died before that took effect, nobody would tell it any more: then it does not start.
  const ifWeLive = '[ "$PPID" = "$0" ] && exec "$@"';
  const shell = ["/bin/sh", "-c", ifWeLive, String(process.pid)];
  return [setpriv, ["--pdeathsig", "TERM", ...shell, command, ...args]];
}

function collectOutput(child: ChildProcess): { text(): string; isComplete(): boolean } {
  let text = "";
  let isComplete = false;
  child.once("close", () => {
    isComplete = true;
  });
  const add = (chunk: Buffer) => {
    text = (text + chunk.toString("utf8")).slice(-keptLogCharacters);
  };
  child.stdout?.on("data", add);
  child.stderr?.on("data", add);
  return { text: () => text, isComplete: () => isComplete };
}

function started(child: ChildProcess, command: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("spawn", () => resolve(child.pid as number));
    child.once("error", (cause) => reject(new Error(`cannot start ${command}`, { cause })));
  });
}

/** Asks the group to end, then makes it. */
async function endGroup(group: number): Promise<void> {
  signalGroup(group, "SIGTERM");
  if (await waitUntil(() => !hasLivingProcess(group), stopsWithinMs)) return;
  signalGroup(group, "SIGKILL");
  await waitUntil(() => !hasLivingProcess(group), stopsWithinMs);
}

/** The same without an event loop, for a process that is exiting. */
function endGroupNow(group: number): void {
  signalGroup(group, "SIGTERM");
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let waitedMs = 0; waitedMs < 2_000; waitedMs += 20) {
    if (!hasLivingProcess(group)) return;
    Atomics.wait(never, 0, 0, 20);
  }
  signalGroup(group, "SIGKILL");
}
