import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  createTcpcryptClient,
  type TcpcryptClient,
  TcpcryptClientError,
  type TcpcryptStatus,
} from "@countersign/tcpcrypt-client";
import { TcpcryptdError, type TcpcryptSettings } from "@countersign/tcpcryptd";
import { CommandError } from "../command-error.ts";
import { note, say, type Terminal } from "../terminal.ts";
import { socketIn } from "./control-socket.ts";
import { statusLines } from "./status-lines.ts";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));
const startMs = 30_000;
const asksEachMs = 100;

/**
 * Starts tcpcryptd as a process of its own, and returns when its rules are in force.
 *
 * @throws {CommandError} `not-started` with what it said
 * @throws {TcpcryptdError} `already-running`
 */
export async function runInBackground(
  terminal: Terminal,
  { runtimeFolder }: TcpcryptSettings,
  config: string | undefined,
): Promise<void> {
  const socketPath = socketIn(runtimeFolder);
  // It answers when its rules are in force.
  const client = createTcpcryptClient({ socketPath, timeoutMs: startMs });
  try {
    const earlier = await statusOrNone(client);
    if (earlier !== undefined)
      throw new TcpcryptdError("already-running", `process ${earlier.pid}`);
    const log = `${runtimeFolder}/tcpcrypt.log`;
    mkdirSync(runtimeFolder, { recursive: true, mode: 0o755 });
    const child = start(config, log);
    const status = await untilReady(child, client, log).catch((error) => {
      child.kill("SIGTERM");
      throw error;
    });
    for (const line of statusLines(status, terminal.now())) say(terminal, line);
    for (const warning of status.warnings) note(terminal, `note: ${warning}`);
    say(terminal, `control socket  ${socketPath}`);
    say(terminal, `log             ${log}`);
  } finally {
    client.close();
  }
}

/** It outlives the terminal: a session of its own, and no stream of ours. */
function start(config: string | undefined, log: string): ChildProcess {
  const settings = config === undefined ? [] : ["--config", resolve(config)];
  // A new file: what is there may be a link of whoever else can write to the folder.
  rmSync(log, { force: true });
  const fd = openSync(log, "wx", 0o600);
  try {
    return spawn(process.execPath, [main, "tcpcrypt", "up", "--foreground", ...settings], {
      cwd: "/",
      detached: true,
      stdio: ["ignore", fd, fd],
    });
  } finally {
    closeSync(fd);
  }
}

async function untilReady(
  child: ChildProcess,
  client: TcpcryptClient,
  log: string,
): Promise<TcpcryptStatus> {
  let failure: Error | undefined;
  child.once("error", (error) => {
    failure = error;
  });
  const end = performance.now() + startMs;
  while (performance.now() < end) {
    if (failure !== undefined || child.exitCode !== null || child.signalCode !== null) {
      throw new CommandError("not-started", whyNot(log), { cause: failure });
    }
    const status = await statusOrNone(client);
    if (status !== undefined && status.pid === child.pid) {
      child.unref();
      return status;
    }
    await pause(asksEachMs);
  }
  throw new CommandError(
    "not-started",
    `tcpcryptd was not ready within ${startMs / 1000} s: ${log}`,
  );
}

/** What tcpcryptd wrote for people; all of it where there is nothing else. */
function whyNot(log: string): string {
  const lines = readFileSync(log, "utf8").trim().split("\n");
  const words = lines.flatMap((line) => /^countersign: (.*)/.exec(line)?.[1] ?? []);
  return words.length > 0
    ? words.join("; ")
    : `tcpcryptd has ended, and says in ${log}: ${lines.at(-1)}`;
}

/** `undefined`: no tcpcryptd answers. */
async function statusOrNone(client: TcpcryptClient): Promise<TcpcryptStatus | undefined> {
  try {
    return await client.status();
  } catch (error) {
    if (error instanceof TcpcryptClientError && error.code === "unreachable") return undefined;
    throw error;
  }
}
