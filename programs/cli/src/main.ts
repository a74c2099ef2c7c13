#!/usr/bin/env node
/**
 * The one command. This is its composition root: it alone meets the process, its streams, clock
 * and environment.
 *
 * @module
 */

import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import { expectedFailure } from "./command-error.ts";
import { exitCodes } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";

// Halves the time to start. It lies beside the sources, not in /tmp, where others could put code.
enableCompileCache(fileURLToPath(new URL("../../../.cache/compiled", import.meta.url)));
const { runCommandLine } = await import("./command-line.ts");

const terminal: Terminal = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  now: () => Math.floor(Date.now() / 1000),
  exitWith: (code) => {
    process.exitCode = code;
  },
  exitNow: (code) => process.exit(code),
  onSignal: (signal, listener) => void process.on(signal, listener),
};

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Whoever read the output has seen enough ("| head").
  if (error.code === "EPIPE") process.exit();
  throw error;
});

try {
  await runCommandLine(process.argv.slice(2), terminal);
} catch (error) {
  const expected = expectedFailure(error);
  if (expected === undefined) reportMistake(error);
  else terminal.stderr.write(`countersign: ${expected}\n`);
  process.exitCode = expected === undefined ? exitCodes.unexpected : exitCodes.unusable;
}

function reportMistake(error: unknown): void {
  const showStack = (process.env.COUNTERSIGN_STACK ?? "") !== "";
  const what = error instanceof Error ? (showStack ? error.stack : error.message) : String(error);
  const how = showStack
    ? "Please report it with the command that you ran, leaving out passwords and tickets."
    : "Please report it: run the command again with COUNTERSIGN_STACK=1 and send what it prints.";
  process.stderr.write(`countersign: a mistake in Countersign itself: ${what}\n${how}\n`);
}
