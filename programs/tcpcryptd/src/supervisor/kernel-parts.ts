import { loadEno } from "../kernel/bpf/load.ts";
import type { LoadedEno, Missing, SystemCalls } from "../kernel/kernel.ts";
import { systemCalls } from "../kernel/system-calls.ts";

/** What the supervisor asks of kernel/. */
export interface KernelParts {
  readonly systemCalls: SystemCalls;
  /** What this machine lacks; loads and attaches things for a moment to find out. */
  missing(): readonly Missing[] | Promise<readonly Missing[]>;
  /** Loads the program and attaches it to a control group; it keeps so many answers at most. */
  loadEno(cgroupFolder: string, answers: number): LoadedEno;
}

/** The kernel of this machine. */
export function thisKernel(): KernelParts {
  const calls = systemCalls();
  return {
    systemCalls: calls,
    missing: () => [],
    loadEno: (cgroupFolder, answers) => loadEno(cgroupFolder, { answers }, calls),
  };
}
