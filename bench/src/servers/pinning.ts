import { spawnSync } from "node:child_process";

/** Runs `start` so that the processes it starts have the first core, and then goes to the second. */
export async function onFirstCore<T>(start: () => Promise<T>): Promise<T> {
  pinOurselves("0");
  try {
    return await start();
  } finally {
    pinOurselves("1");
  }
}

/** Gives this process all cores again. */
export function unpin(): void {
  pinOurselves("0,1");
}

/** Without taskset everything shares all cores. */
function pinOurselves(cores: string): void {
  spawnSync("taskset", ["-acp", cores, String(process.pid)]);
}
