import { mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { createMap } from "../bpf/bpf-calls.ts";
import { loadEno } from "../bpf/load.ts";
import type { SystemCalls } from "../kernel.ts";
import type { Probe } from "../probes.ts";

/** Whether TCP-ENO can be spoken: control groups of version 2, BPF maps, the program, its link. */
export function bpfProbes(calls: SystemCalls): readonly Probe[] {
  return [
    {
      what: "a control group of version 2",
      remedy: "mount -t cgroup2 none /sys/fs/cgroup/unified, or let the container write to its own",
      try: () => inCgroup(() => {}),
    },
    {
      what: "storage of BPF programs for sockets",
      remedy: "a kernel with CONFIG_BPF_SYSCALL and CONFIG_DEBUG_INFO_BTF or a newer one (5.12)",
      try() {
        const shape = { name: "probe", keyLength: 4, valueLength: 8 } as const;
        calls.close(createMap(calls, { type: "socket storage", ...shape }));
      },
    },
    {
      what: "BPF programs that read and write TCP options, on a control group",
      remedy: "a kernel with CONFIG_CGROUP_BPF, version 5.12 or newer",
      try: () => inCgroup((folder) => loadEno(folder, { answers: 1 }, calls).close()),
    },
  ];
}

/** Makes a control group for as long as `work` runs. @throws {Error} there is no place for one */
function inCgroup(work: (folder: string) => void): void {
  const mounts = readCgroupMounts(readFileSync("/proc/self/mountinfo", "utf8"));
  const [mount] = mounts;
  if (mount === undefined) throw new Error("none is mounted");
  const folder = join(mount, `countersign-probe-${process.pid}`);
  mkdirSync(folder);
  try {
    work(folder);
  } finally {
    rmdirSync(folder);
  }
}

/**
 * Where cgroup2 is mounted, by the text of /proc/self/mountinfo, which writes spaces and such in
 * octal.
 */
export function readCgroupMounts(mountinfo: string): readonly string[] {
  return mountinfo.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const mount = before.split(" ")[4];
    if (mount === undefined || !after.startsWith("cgroup2 ")) return [];
    return mount.replace(/\\([0-7]{3})/g, (_, octal) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
  });
}
