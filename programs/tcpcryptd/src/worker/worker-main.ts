/**
 * The program that the supervisor starts once per core, as an unprivileged user with CAP_NET_RAW
 * and nothing else, with a channel for messages and the sockets it listens to.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { enoSockets } from "../kernel/bpf/eno-sockets.ts";
import { systemCalls } from "../kernel/system-calls.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { connectionsWithin } from "./open-files.ts";
import { createWorker, type Worker } from "./worker.ts";

let worker: Worker | undefined;

const calls = systemCalls();
calls.neverDump();

process.on("message", (message: ToWorker) => {
  if (message.type === "start") worker = start(message);
  else worker?.handle(message);
});
// The supervisor is gone, and with it the rules that lead here. Exiting resets every connection.
process.on("disconnect", () => process.exit(0));
// The supervisor decides when a worker ends; a Ctrl-C at the terminal reaches the whole group.
process.on("SIGINT", () => {});

function start(message: Extract<ToWorker, { type: "start" }>): Worker {
  const { settings } = message;
  const files = readFileSync("/proc/self/limits", "utf8");
  const connections = connectionsWithin(settings.limits.connections, files);
  const limits = { ...settings.limits, connections };
  return createWorker(
    { ...message, settings: { ...settings, limits } },
    {
      systemCalls: calls,
      eno: enoSockets(message.fds, calls),
      entropy: { bytes: (length) => randomBytes(length) },
      now: () => performance.now(),
      seconds: () => Math.floor(Date.now() / 1000),
      after(milliseconds, ring) {
        const timer = setTimeout(ring, milliseconds).unref();
        return () => clearTimeout(timer);
      },
      tell,
    },
  );
}

function tell(message: FromWorker): void {
  if (!process.connected) return;
  const isLast = message.type === "drained";
  process.send?.(message, undefined, {}, () => {
    if (isLast) process.exit(0);
  });
}
