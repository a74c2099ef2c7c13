import { availableParallelism } from "node:os";
import { tepOf } from "@countersign/tcpcrypt";
import type { Status } from "../control/protocol.ts";
import { type Control, startControl } from "../control/server.ts";
import type { LoadedEno } from "../kernel/kernel.ts";
import { maxWorkers } from "../marks.ts";
import type { TcpcryptSettings } from "../settings/settings.ts";
import { createDesk, type Desk } from "./control-source.ts";
import { createHolding } from "./holding.ts";
import type { KernelParts } from "./kernel-parts.ts";
import { type Listeners, openListeners } from "./listeners.ts";
import { enterCgroup } from "./machine/cgroup.ts";
import { holderOf } from "./machine/holder.ts";
import { journalPath, openJournal } from "./machine/journal.ts";
import type { Machine } from "./machine/machine.ts";
import { setParameters } from "./machine/parameters.ts";
import { addRoutes } from "./machine/routes.ts";
import { undo } from "./machine/undo.ts";
import { ownNetwork, socketPath, undoPrevious } from "./previous.ts";
import { createRules } from "./rules/rules.ts";
import { ruleStatuses, warningsOf, workerStatuses } from "./status.ts";
import { createSteps, type Steps } from "./steps.ts";
import { TcpcryptdError } from "./tcpcryptd-error.ts";
import { awareModeOf, incomingTreatments } from "./treatment.ts";
import { startWatchdog, type Watchdog, watchdogProgram } from "./watchdog/watchdog.ts";
import { type Account, accountOf, checkReadable, groupIdOf } from "./workers/account.ts";
import { inherited, spawnWorker, workerProgram } from "./workers/worker-process.ts";
import { startWorkers } from "./workers/workers.ts";
import type { World } from "./world.ts";

/** A tcpcryptd that runs. */
export interface RunningTcpcryptd {
  /** The path of the control socket. */
  readonly addresses: readonly string[];
  status(): Promise<Status>;
  /** When it has ended, because {@link stop} was called or somebody asked at the control socket. */
  readonly ended: Promise<void>;
  /**
   * Takes no new connections, lets old ones end for a while, and undoes everything but this: ports
   * whose mode is required stay closed, unless they shall be opened.
   */
  stop(required?: RequiredPorts): Promise<void>;
}

/** What becomes of ports whose mode is required when tcpcryptd ends. */
export type RequiredPorts = "open-required" | "keep-required";

/** What a supervisor works with. */
export interface Surroundings extends World {
  readonly machine: Machine;
  readonly kernel: KernelParts;
}

/** What was found to be right before anything is changed. */
interface Checked extends Surroundings {
  readonly settings: TcpcryptSettings;
  readonly account: Account;
  readonly groupId: number | undefined;
  readonly network: string;
}

/**
 * Starts tcpcryptd; resolves when its rules are in force. When anything fails, all is undone again.
 *
 * @throws {TcpcryptdError}
 */
export async function superviseTcpcrypt(
  settings: TcpcryptSettings,
  surroundings: Surroundings,
): Promise<RunningTcpcryptd> {
  const checked = await check(settings, surroundings);
  const steps = createSteps();
  try {
    return await start(checked, steps);
  } catch (error) {
    const { log } = surroundings;
    await steps.undo().catch((failure) => log.error({ err: failure }, "not all was undone"));
    throw error;
  }
}

async function check(settings: TcpcryptSettings, surroundings: Surroundings): Promise<Checked> {
  const { machine, kernel, log } = surroundings;
  if (process.getuid?.() !== 0) throw new TcpcryptdError("not-root");
  const account = accountOf(machine, settings.user);
  const groupId = settings.group === undefined ? undefined : groupIdOf(machine, settings.group);
  checkReadable(machine, account, [workerProgram, watchdogProgram]);

  const network = ownNetwork();
  const left = await undoPrevious(machine, settings.runtimeFolder, network);
  if (left.length > 0) log.warn({ left }, "not all of an earlier run could be undone");
  const missing = await kernel.missing(account);
  if (missing.length > 0) {
    const list = missing.map(({ what, remedy }) => `${what} (needed: ${remedy})`);
    throw new TcpcryptdError("missing", list.join("; "));
  }
  return { ...surroundings, settings, account, groupId, network };
}

/** Each step notes what undoes it; they are undone in the reverse order, also at the end. */
async function start(checked: Checked, steps: Steps): Promise<RunningTcpcryptd> {
  const { settings, machine, kernel, log, account, network } = checked;
  const { systemCalls } = kernel;
  const { runtimeFolder } = settings;
  const now = () => performance.now();

  machine.makeFolder(runtimeFolder);
  const holder = holderOf(machine, process.pid, network);
  if (holder === undefined) throw new Error("/proc does not show this process");
  const journal = openJournal(machine, journalPath(runtimeFolder), holder);
  steps.undoneBy(async () => {
    const problems = await undo(machine, { holder, changes: journal.changes }, network);
    if (problems.length > 0) throw new Error(problems.join("; "));
    journal.remove();
  });

  const cgroup = enterCgroup(machine, journal, process.pid);
  steps.undoneBy(() => cgroup.leave());
  const count = Math.min(settings.workers ?? availableParallelism(), maxWorkers);
  const eno = kernel.loadEno(cgroup.folder, settings.resumption.secrets * count);
  steps.undoneBy(() => eno.close());
  const listeners = openListeners(systemCalls, count, incomingTreatments(settings.incoming));
  steps.undoneBy(() => listeners.close());
  setPassiveTerms(eno, listeners, settings);

  // Whoever asks during the end still gets an answer.
  let control: Control | undefined;
  steps.undoneBy(() => control?.close());

  // nft and its watchdog are there before the workers and after them: old connections need their
  // addresses translated to the last.
  const place = {
    encryptedPorts: settings.encryptedPorts,
    cgroupPrefix: cgroup.nftPrefix,
    ownCgroup: cgroup.path,
  };
  const rules = createRules({ settings, ports: listeners.ports, place, log, now });
  let required: RequiredPorts = "keep-required";
  steps.undoneBy(() => rules.close(required));
  let watchdog: Watchdog | undefined;
  steps.undoneBy(() => watchdog?.close());

  const { families } = listeners;
  const holding = createHolding({ settings, families, systemCalls, machine, journal, log, now });
  let desk: Desk | undefined;
  const fdsOf = (worker: number) => ({
    storage: eno.storageFd,
    answers: eno.answersFd,
    ...listeners.fdsOf(worker),
  });
  const workers = startWorkers({
    count,
    log,
    now,
    spawn: (index, listener) => spawnWorker(account, fdsOf(index), listener),
    startMessage: (index) => ({ type: "start", index, settings, fds: inherited(fdsOf(index)) }),
    dialed: (worker, { id, outcome }) => holding.dialed({ worker, id }, outcome),
    plain: ({ remote }) => rules.leaveAlone(remote),
    changed: ({ type, connection }) => desk?.changed(type, connection),
    lost(worker) {
      holding.workerDied(worker);
      for (const port of listeners.incomingPortsOf(worker)) eno.forgetAnswers(port);
    },
  });
  steps.undoneBy(() => workers.stop(settings.limits.drainSeconds));
  await workers.ready.catch((cause) => {
    throw new TcpcryptdError("no-worker", cause.message, { cause });
  });

  addRoutes(machine, journal, families);
  setParameters(machine, journal);

  const startedAt = Math.floor(Date.now() / 1000);
  const inForce = Promise.withResolvers<void>();
  async function status(): Promise<Status> {
    // Whoever is told anything can rely on the rules.
    await inForce.promise;
    const { states } = workers;
    return {
      pid: process.pid,
      startedAt,
      workers: workerStatuses(states, await workers.ask({ ask: "counts" })),
      rules: ruleStatuses(settings),
      hold: { by: holding.by, dials: holding.dials },
      plainDestinations: rules.plainDestinations,
      warnings: warningsOf(settings, { families, states }),
    };
  }
  desk = createDesk(workers, {
    status,
    stop() {
      stop("open-required").catch((error) => log.error({ err: error }, "not all was undone"));
    },
  });
  control = await startControl({
    path: socketPath(runtimeFolder),
    groupId: checked.groupId,
    systemCalls,
    source: desk,
    failed: (error) => log.error({ err: error }, "a question could not be answered"),
  });

  // From here on a supervisor that hangs would be felt.
  watchdog = await startWatchdog(account, log, { rules, cgroupFolder: cgroup.folder });
  holding.start(workers);
  steps.undoneBy(() => holding.close());
  await rules.apply();
  steps.undoneBy(() => rules.release());
  inForce.resolve();

  const ended = Promise.withResolvers<void>();
  let stopping: Promise<void> | undefined;
  function stop(how: RequiredPorts = "keep-required"): Promise<void> {
    if (how === "open-required") required = how;
    stopping ??= steps.undo().finally(ended.resolve);
    return stopping;
  }
  return { addresses: [control.path], status, ended: ended.promise, stop };
}

/** How the BPF program answers where others connect to. */
function setPassiveTerms(eno: LoadedEno, { ports }: Listeners, settings: TcpcryptSettings): void {
  const teps = settings.keyExchanges.map(tepOf);
  for (const { treatment, ports: byWorker } of ports.incoming) {
    for (const port of byWorker.flatMap((byFamily) => Object.values(byFamily))) {
      eno.setPassiveTerms(port, { teps, aware: awareModeOf(treatment) });
    }
  }
}
