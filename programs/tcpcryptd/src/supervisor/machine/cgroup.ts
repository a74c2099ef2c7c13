import { TcpcryptdError } from "../tcpcryptd-error.ts";
import type { OpenJournal } from "./journal.ts";
import type { Machine } from "./machine.ts";

/** A control group of our own, below the one that we were started in. */
export interface Cgroup {
  readonly folder: string;
  /** From /sys/fs/cgroup to the mount of cgroup2, with a final slash unless it is empty. */
  readonly nftPrefix: string;
  /** Below the mount. */
  readonly path: string;
  /** Goes back to where we came from; the group itself is undone by the journal. */
  leave(): void;
}

/** Makes the group and moves this process there: a BPF program sees the sockets of those within. */
export function enterCgroup(
  machine: Pick<Machine, "read" | "write" | "makeFolder">,
  journal: Pick<OpenJournal, "note">,
  pid: number,
): Cgroup {
  const { mount, own } = findCgroup(machine);
  const folder = `${own}/countersign-tcpcrypt-${pid}`;
  journal.note({ kind: "cgroup", folder });
  try {
    machine.makeFolder(folder);
    machine.write(`${folder}/cgroup.procs`, String(pid));
  } catch (cause) {
    throw new TcpcryptdError("no-cgroup", folder, { cause });
  }
  return {
    folder,
    nftPrefix: nftPrefixOf(mount),
    path: folder.slice(mount.length + 1),
    leave: () => machine.write(`${own}/cgroup.procs`, String(pid)),
  };
}

/** Where cgroup2 is mounted, and the group of this process below it. */
export function findCgroup(machine: Pick<Machine, "read">): {
  readonly mount: string;
  readonly own: string;
} {
  const mounts = readMounts(machine.read("/proc/self/mountinfo") ?? "");
  const group = readOwnGroup(machine.read("/proc/self/cgroup") ?? "");
  for (const { root, mount } of mounts) {
    const inside = group === undefined ? undefined : below(group, root);
    const own = `${mount}${inside ?? ""}`;
    if (machine.read(`${own}/cgroup.procs`) !== undefined) return { mount, own };
  }
  const [first] = mounts;
  // Our own group is not to be seen from here (a container): the top of what is mounted will do.
  if (first !== undefined) return { mount: first.mount, own: first.mount };
  throw new TcpcryptdError("no-cgroup", "cgroup2 is not mounted");
}

/**
 * The mounts of cgroup2, with spaces and such as octal numbers.
 *
 * ```text
 * 41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
 *            root mount point          options…   - type
 * ```
 */
function readMounts(mountinfo: string) {
  return mountinfo.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , root, mount] = before.split(" ").map(unescaped);
    if (!after.startsWith("cgroup2 ") || root === undefined || mount === undefined) return [];
    return [{ root, mount }];
  });
}

function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** `0::/system.slice/countersign.service` is the line of cgroup2. */
function readOwnGroup(cgroup: string): string | undefined {
  return /^0::(\/.*)$/m.exec(cgroup)?.[1];
}

function below(group: string, root: string): string | undefined {
  if (root === "/") return group === "/" ? "" : group;
  if (group === root) return "";
  return group.startsWith(`${root}/`) ? group.slice(root.length) : undefined;
}

/** nft looks for the groups of rules below /sys/fs/cgroup, wherever they are mounted. */
function nftPrefixOf(mount: string): string {
  const usual = "/sys/fs/cgroup";
  if (mount === usual) return "";
  if (mount.startsWith(`${usual}/`)) return `${mount.slice(usual.length + 1)}/`;
  return `../../..${mount}/`;
}
