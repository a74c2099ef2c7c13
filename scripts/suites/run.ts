import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasLivingProcess, signalGroup } from "@countersign/testing/kit/process-group.ts";
import { filesOf, type Suite } from "./suites.ts";

/** How a step of `npm test` went. `problems` are those that no single test reports. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly problems: readonly string[];
}

/** What a run of a suite needs beside the suite. */
export interface Run {
  readonly root: string;
  readonly node: string;
  /**
   * A runner that prints nothing for so long beyond the time of one test is stuck: it is ended, and
   * names its open files. `--test-timeout` alone ends no file that a timer or socket keeps open.
   */
  readonly patienceSeconds: number;
  /** Where the runner's report goes. */
  readonly write: (report: Buffer) => void;
  /** Ends the run early. */
  readonly signal: AbortSignal;
}

/** Runs the tests of a suite with `node --test`, and ends whatever they leave behind. */
export async function runSuite(suite: Suite, run: Run): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-"));
  try {
    // For all users, as the system's own: tests and their web servers work as others, too. A short
    // name, since sockets' paths have 107 bytes.
    const temporary = join(folder, "t");
    chmodSync(folder, 0o755);
    mkdirSync(temporary);
    chmodSync(temporary, 0o1777);
    const countFile = join(folder, "counts.json");
    const args = [...testArguments(suite, countFile), ...filesOf(suite, run.root)];
    // A process group of its own, so that everything the tests start can be ended together.
    const child = spawn(run.node, args, {
      cwd: run.root,
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        // Whatever a test that is cut off leaves goes with it.
        TMPDIR: temporary,
        FORCE_COLOR: process.stdout.isTTY ? "1" : "0",
        // Set inside a test, where it would turn `node --test` into a part of that test's run.
        NODE_TEST_CONTEXT: undefined,
      },
    });
    const problems = await watch(suite, child, run);
    const counts = readCounts(countFile);
    if (counts === undefined && !run.signal.aborted)
      problems.push(`${suite.name}: the test runner gave no counts`);
    return { ...(counts ?? { passed: 0, failed: 0, skipped: 0 }), problems };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function testArguments(suite: Suite, countFile: string): readonly string[] {
  return [
    "--test",
    `--test-concurrency=${suite.concurrency}`,
    `--test-timeout=${suite.testTimeoutSeconds * 1000}`,
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    `--test-reporter=${join(import.meta.dirname, "count-reporter.ts")}`,
    `--test-reporter-destination=${countFile}`,
    // Node 22 says at each start that type stripping is experimental.
    "--disable-warning=ExperimentalWarning",
  ];
}

async function watch(suite: Suite, child: ChildProcess, run: Run): Promise<string[]> {
  const problems: string[] = [];
  const end = (signal: NodeJS.Signals): void => {
    if (child.pid !== undefined) signalGroup(child.pid, signal);
  };
  const abort = (): void => end("SIGTERM");
  run.signal.addEventListener("abort", abort);
  const silence = suite.testTimeoutSeconds + run.patienceSeconds;
  const interrupt = setTimeout(() => {
    problems.push(`${suite.name}: silent for ${silence} s, so it was ended`);
    // At SIGINT the runner itself (not its children) names the files that still run.
    child.kill("SIGINT");
    setTimeout(end, 5000, "SIGKILL").unref();
  }, silence * 1000);
  child.stdout?.on("data", (chunk: Buffer) => {
    interrupt.refresh();
    run.write(chunk);
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    if (run.signal.aborted) return [`${suite.name}: interrupted`];
    if (code !== 0)
      problems.push(`${suite.name}: the test runner ended with ${code ?? "a signal"}`);
    if (child.pid !== undefined && hasLivingProcess(child.pid)) {
      problems.push(`${suite.name}: tests left processes behind, which were ended`);
    }
    return problems;
  } finally {
    clearTimeout(interrupt);
    run.signal.removeEventListener("abort", abort);
    end("SIGKILL");
  }
}

function readCounts(file: string): Omit<Outcome, "problems"> | undefined {
  try {
    const { passed, failed, cancelled, skipped } = JSON.parse(readFileSync(file, "utf8"));
    return { passed, failed: failed + cancelled, skipped };
  } catch {
    return undefined;
  }
}
