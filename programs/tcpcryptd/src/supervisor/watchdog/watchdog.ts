import type { ChildProcess } from "node:child_process";
import type { Writable } from "node:stream";
import { TcpcryptdError } from "../tcpcryptd-error.ts";
import { type Account, sourcePath } from "../workers/account.ts";
import { spawnChild } from "../workers/child.ts";
import type { Log } from "../world.ts";
import { beatMs, silentMs } from "./watch.ts";

/** The file that a watchdog runs. */
export const watchdogProgram = sourcePath("../watchdog/watchdog-main.ts");

/** A watchdog that watches us. */
export interface Watchdog {
  readonly pid: number | undefined;
  close(): Promise<void>;
}

const firstWordMilliseconds = 10_000;

/** What a watchdog takes care of when we are no more. */
export interface Legacy {
  readonly rules: {
    /** What keeps them in force, for the watchdog to hold as well. */
    readonly input: Writable;
    /** What it says there. */
    readonly releaseLine: string;
  };
  /** Where the workers are, which end then. */
  readonly cgroupFolder: string;
}

/**
 * Starts a process that kills this one when it hangs, and another when that one does.
 *
 * @throws {TcpcryptdError} `no-watchdog`
 */
export async function startWatchdog(account: Account, log: Log, legacy: Legacy): Promise<Watchdog> {
  let child = spawnWatchdog(account, legacy);
  let heardAt = performance.now();
  let beatAt = heardAt;
  let isClosing = false;
  await firstWord(child);
  listen();
  const beating = setInterval(beat, beatMs);

  function beat(): void {
    const now = performance.now();
    // Who did not run cannot have heard.
    heardAt += Math.max(0, now - beatAt - beatMs);
    beatAt = now;
    if (now - heardAt > silentMs) child.kill("SIGKILL");
    child.stdin?.write(".");
  }

  function listen(): void {
    child.stdout?.on("data", () => {
      heardAt = performance.now();
    });
    child.once("exit", () => {
      if (isClosing) return;
      log.warn({}, "the watchdog ended and is started again");
      child = spawnWatchdog(account, legacy);
      heardAt = performance.now() + firstWordMilliseconds;
      listen();
    });
  }

  return {
    get pid() {
      return child.pid;
    },
    async close() {
      isClosing = true;
      clearInterval(beating);
      const ended = new Promise((resolve) => child.once("exit", resolve));
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function spawnWatchdog(account: Account, { rules, cgroupFolder }: Legacy): ChildProcess {
  const child = spawnChild({
    account,
    capability: "kill",
    program: watchdogProgram,
    args: [String(process.pid), rules.releaseLine, cgroupFolder],
    stdio: ["pipe", "pipe", "inherit", rules.input],
    outlivesUs: true,
  });
  // What is said to one that has ended is lost; that it has ended shows otherwise.
  child.stdin?.on("error", () => undefined);
  child.on("error", () => undefined);
  return child;
}

function firstWord(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(impatience);
      child.kill("SIGKILL");
      reject(new TcpcryptdError("no-watchdog", why));
    };
    const impatience = setTimeout(() => fail("it says nothing"), firstWordMilliseconds);
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code, signal) => fail(signal ?? `exit code ${code}`));
    child.stdout?.once("data", () => {
      clearTimeout(impatience);
      resolve();
    });
  });
}
