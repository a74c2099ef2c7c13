import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { type Account, becoming } from "./account.ts";

/** How a child process of ours is started. */
export interface ChildOptions {
  readonly account: Account;
  /** The one capability that it keeps, as setpriv calls it. */
  readonly capability: string;
  /** The file that Node runs. */
  readonly program: string;
  readonly args?: readonly string[];
  readonly stdio: StdioOptions;
}

/**
 * Starts Node as another user, with one capability, without our environment, and so that it does not
 * outlive us, however we end.
 */
export function spawnChild({ account, capability, program, args, stdio }: ChildOptions): ChildProcess {
  const setpriv = [...becoming(account, capability), "--pdeathsig", "KILL", "--"];
  return spawn("setpriv", [...setpriv, process.execPath, program, ...(args ?? [])], {
    stdio,
    // Ctrl-C in a terminal is for us alone: children end in their turn.
    detached: true,
    cwd: "/",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
  });
}
