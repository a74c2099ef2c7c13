import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createMap } from "../bpf/bpf-calls.ts";
import type { SystemCalls } from "../kernel.ts";
import type { Probe } from "../probes.ts";

const program = fileURLToPath(new URL("as-worker.ts", import.meta.url));

/**
 * Whether a worker can do its part without rights but CAP_NET_RAW: mark its sockets, bind to
 * addresses of others, use maps that it inherits. `becomeWorker` are the arguments of setpriv that
 * make a process one.
 */
export function workerProbe(calls: SystemCalls, becomeWorker: readonly string[]): Probe {
  return {
    what: "marked sockets with addresses of others for a process with CAP_NET_RAW only",
    remedy: "util-linux for setpriv, a kernel of version 5.17 or newer, sources that it may read",
    try() {
      const shape = { name: "probe", keyLength: 4, valueLength: 8 } as const;
      const map = createMap(calls, { type: "socket storage", ...shape });
      try {
        const { error, status, stderr } = spawnSync(
          "setpriv",
          [...becomeWorker, "--", process.execPath, program],
          { stdio: ["ignore", "ignore", "pipe", map], encoding: "utf8" },
        );
        if (error !== undefined) throw new Error("setpriv cannot be started", { cause: error });
        if (status !== 0)
          throw new Error(stderr.trim().split("\n").at(-1) ?? `ended with ${status}`);
      } finally {
        calls.close(map);
      }
    },
  };
}
