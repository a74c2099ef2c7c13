import { startHold } from "../hold/hold.ts";
import { loadEno } from "../kernel/bpf/load.ts";
import type { LoadedEno, Missing, SystemCalls } from "../kernel/kernel.ts";
import { machineProbes } from "../kernel/probes/machine-probes.ts";
import { missingFromMachine } from "../kernel/probes.ts";
import { systemCalls } from "../kernel/system-calls.ts";
import { holdTable } from "./holding.ts";
import { thisMachine } from "./machine/machine.ts";
import { type Account, becoming } from "./workers/account.ts";

/** What the supervisor asks of kernel/. */
export interface KernelParts {
  readonly systemCalls: SystemCalls;
  /** What this machine lacks; loads, attaches and starts things for a moment to find out. */
  missing(worker: Account): Promise<readonly Missing[]>;
  /** Loads the program and attaches it to a control group; it keeps so many answers at most. */
  loadEno(cgroupFolder: string, answers: number): LoadedEno;
}

/** The kernel of this machine. */
export function thisKernel(): KernelParts {
  const calls = systemCalls();
  return {
    systemCalls: calls,
    missing: (worker) =>
      missingFromMachine(
        machineProbes({
          calls,
          becomeWorker: becoming(worker, "net_raw"),
          holdConnections: () => holdNothing(calls),
        }),
      ),
    loadEno: (cgroupFolder, answers) => loadEno(cgroupFolder, { answers }, calls),
  };
}

/** Fails when connections cannot be held. */
function holdNothing(calls: SystemCalls): Promise<void> {
  const nothing = () => undefined;
  return startHold({
    systemCalls: calls,
    tableName: `${holdTable}_probe`,
    decide: nothing,
    chooseWorker: nothing,
    dial: nothing,
    abandon: nothing,
    journal: nothing,
    run: (command, args) => void thisMachine.run(command, args),
    now: () => performance.now(),
    failed: nothing,
  }).close();
}
