import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import {
  allowLegacySignatures,
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  type KeyType,
  verificationKeyOf,
} from "@countersign/ticket";
import { writeKeyPair } from "../src/key-file.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

// A hung command fails its test instead of holding up the suite.
const timeout = 60_000;

/** What a finished command left behind. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command in its own process until it ends. */
export async function run(
  cwd: string,
  args: readonly string[],
  options: { readonly input?: string; readonly environment?: Record<string, string> } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...options.environment },
    timeout,
  });
  // A command may refuse before it has read everything.
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code, stdout, stderr };
}

/** A command that goes on running, and its log on standard error. */
export interface Started extends AsyncDisposable {
  readonly child: ChildProcess;
  /** The first line of the log, from here on, whose message is `message`. */
  logged(message: string): Promise<Record<string, unknown>>;
  /** The exit code, once it has ended. */
  readonly ended: Promise<number | null>;
}

/** Starts the real command; the end of the test's scope ends it at the latest. */
export function start(cwd: string, args: readonly string[]): Started {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { PATH: process.env.PATH },
    stdio: ["ignore", "ignore", "pipe"],
    timeout,
  });
  const lines = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
  const ended = once(child, "close").then(([code]) => code as number | null);
  return {
    child,
    ended,
    async logged(message) {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`the command ended before it logged "${message}"`);
        const entry = value.startsWith("{") ? JSON.parse(value) : {};
        if (entry.msg === message) return entry;
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** A folder of the test's own, removed at the end of its scope. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "countersign-cli-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Makes a key pair as `countersign keys new` does, without the price of another process. */
export async function makeKeys(folder: string, name: string, type: KeyType = "ed25519") {
  const pem = generatePrivateKeyPem(type);
  const key = importPrivateKey(pem, { legacy: allowLegacySignatures });
  await writeKeyPair(join(folder, name), pem, exportPublicPem(verificationKeyOf(key)));
}
