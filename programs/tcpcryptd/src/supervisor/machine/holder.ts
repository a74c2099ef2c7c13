import type { Machine } from "./machine.ts";

/** The process that made changes, so that nobody else of the same number is taken for it. */
export interface Holder {
  readonly pid: number;
  /** When it started, in the kernel's ticks since the machine did. */
  readonly startedAt: string;
  /** This run of the machine: another one has forgotten all changes. */
  readonly boot: string;
  /** The network namespace: rules, routes and most kernel parameters belong to one. */
  readonly network: string;
}

/** A process of this machine, in the network namespace of whoever asks. */
export function holderOf(
  machine: Pick<Machine, "read">,
  pid: number,
  network: string,
): Holder | undefined {
  const startedAt = startOf(machine, pid);
  const boot = bootOf(machine);
  return startedAt === undefined ? undefined : { pid, startedAt, boot, network };
}

/** Whether the process still runs. */
export function isAlive(machine: Pick<Machine, "read">, holder: Holder): boolean {
  return bootOf(machine) === holder.boot && startOf(machine, holder.pid) === holder.startedAt;
}

/** This run of the machine. */
export function bootOf(machine: Pick<Machine, "read">): string {
  return machine.read("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
}

/**
 * When a process started, or `undefined` when it is no more.
 *
 * ```text
 * 4711 (a name) with) brackets) S 1 …    fields 3 (state) to 52; 22 is the start
 * ```
 */
function startOf(machine: Pick<Machine, "read">, pid: number): string | undefined {
  const stat = machine.read(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields ?? [];
  // A killed process stays in the list until its parent looks.
  return state === "Z" || state === "X" ? undefined : fields?.[19];
}
