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
  /** It has something to do after us, and then ends by itself. */
  readonly outlivesUs?: boolean;
}

/**
 * Starts Node as another user, with one capability, without our environment, and so that it does not
 * outlive us, however we end.
 */
export function spawnChild(options: ChildOptions): ChildProcess {
  const { account, capability, program, args = [], outlivesUs = false } = options;
  const death = outlivesUs ? [] : ["--pdeathsig", "KILL"];
  const setpriv = [...becoming(account, capability), ...death, "--"];
  // SIGUSR1, which any process of the same user may send, would open Node's debugger to everybody here.
  const node = [process.execPath, "--disable-sigusr1"];
  return spawn("setpriv", [...setpriv, ...node, program, ...args], {
    stdio: options.stdio,
    // Ctrl-C in a terminal is for us alone: children end in their turn.
    detached: true,
    cwd: "/",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
  });
}
