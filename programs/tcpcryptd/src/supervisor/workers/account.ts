import { fileURLToPath } from "node:url";
import type { Machine } from "../machine/machine.ts";
import { TcpcryptdError } from "../tcpcryptd-error.ts";

/** The user that a child process runs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Looks a user up in the system's data base. */
export function accountOf(machine: Pick<Machine, "run">, name: string): Account {
  const account = lookUp(machine, name);
  // "root" is not the only name that user 0 may have.
  if (account.uid === 0) throw new TcpcryptdError("unknown-account", name);
  return account;
}

function lookUp(machine: Pick<Machine, "run">, name: string): Account {
  try {
    const uid = Number(machine.run("id", ["-u", name]));
    const gid = Number(machine.run("id", ["-g", name]));
    return { name, uid, gid };
  } catch (cause) {
    throw new TcpcryptdError("unknown-account", name, { cause });
  }
}

/** Where the sources, with their extension, are to be read by the user of the workers. */
export function sourcePath(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

/** Fails unless the user can run Node and read the file that is to be run. */
export function checkReadable(
  machine: Pick<Machine, "run">,
  account: Account,
  files: readonly string[],
): void {
  for (const file of [process.execPath, ...files]) {
    try {
      machine.run("setpriv", [...becoming(account), "test", "-r", file]);
    } catch (cause) {
      throw new TcpcryptdError("unreadable-sources", `${account.name} and ${file}`, { cause });
    }
  }
}

/** Arguments of setpriv that give up all rights but one, if that, for good. */
export function becoming(account: Account, capability?: string): string[] {
  const kept = capability === undefined ? "-all" : `-all,+${capability}`;
  return [
    ...["--reuid", String(account.uid), "--regid", String(account.gid), "--clear-groups"],
    ...["--inh-caps", kept, "--ambient-caps", kept, "--bounding-set", kept, "--no-new-privs"],
  ];
}

/** The number of a group in the system's data base. */
export function groupIdOf(machine: Pick<Machine, "run">, name: string): number {
  try {
    const [, , gid] = machine.run("getent", ["group", name]).split(":");
    return Number(gid);
  } catch (cause) {
    throw new TcpcryptdError("unknown-account", name, { cause });
  }
}
