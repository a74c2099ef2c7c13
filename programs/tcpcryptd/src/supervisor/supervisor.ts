import { availableParallelism } from "node:os";
import { tepOf } from "@countersign/tcpcrypt";
import type { Status } from "../control/protocol.ts";
import { type Control, startControl } from "../control/server.ts";
import { type Hold, startHold } from "../hold/hold.ts";
import { maxWorkers } from "../marks.ts";
import type { TcpcryptSettings } from "../settings/settings.ts";
import { createDesk, type Desk } from "./control-source.ts";
import { familyOf } from "./destinations.ts";
import type { KernelParts } from "./kernel-parts.ts";
import { type Listeners, openListeners } from "./listeners.ts";
import { enterCgroup } from "./machine/cgroup.ts";
import { holderOf } from "./machine/holder.ts";
import { journalPath, openJournal } from "./machine/journal.ts";
import type { Machine } from "./machine/machine.ts";
import { setParameters } from "./machine/parameters.ts";
import { addRoutes } from "./machine/routes.ts";
import { undo } from "./machine/undo.ts";
import { ownNetwork, undoPrevious } from "./previous.ts";
import { outgoingRuleOf } from "./rule-of.ts";
import { createRules } from "./rules/rules.ts";
import { ruleStatuses, warningsOf, workerStatuses } from "./status.ts";
import { createSteps } from "./steps.ts";
import { TcpcryptdError } from "./tcpcryptd-error.ts";
import { awareModeOf, incomingTreatments, treatmentOf } from "./treatment.ts";
import { startWatchdog, watchdogProgram } from "./watchdog/watchdog.ts";
import { accountOf, checkReadable, groupIdOf } from "./workers/account.ts";
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
  stop(open?: "open-required" | "keep-required"): Promise<void>;
}

/** What a supervisor works with. */
export interface Surroundings {
  readonly machine: Machine;
  readonly kernel: KernelParts;
}

/** The table that hands SYNs over; it vanishes with this process. */
const holdTable = "countersign_tcpcrypt_hold";

/**
 * Starts tcpcryptd; resolves when its rules are in force. When anything fails, all is undone again.
 *
 * @throws {TcpcryptdError}
 */
export async function superviseTcpcrypt(
  settings: TcpcryptSettings,
  { log }: World,
  { machine, kernel }: Surroundings,
): Promise<RunningTcpcryptd> {
  const { systemCalls } = kernel;
  const now = () => performance.now();
  const network = ownNetwork();
  const { runtimeFolder } = settings;
  if (process.getuid?.() !== 0) throw new TcpcryptdError("not-root");
  const account = accountOf(machine, settings.user);
  const groupId = settings.group === undefined ? undefined : groupIdOf(machine, settings.group);
  checkReadable(machine, account, [workerProgram, watchdogProgram]);

  const left = await undoPrevious(machine, runtimeFolder, network);
  if (left.length > 0) log.warn({ left }, "not all of an earlier run could be undone");
  const missing = await kernel.missing();
  if (missing.length > 0) {
    const list = missing.map(({ what, remedy }) => `${what} (${remedy})`);
    throw new TcpcryptdError("missing", list.join("; "));
  }

  const steps = createSteps();
  try {
    return await start();
  } catch (error) {
    await steps.undo().catch((failure) => log.error({ err: failure }, "not all could be undone"));
    throw error;
  }

  async function start(): Promise<RunningTcpcryptd> {
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
    setPassiveTerms(listeners);

    let control: Control | undefined;
    steps.undoneBy(() => control?.close());
    const place = { encryptedPorts: settings.encryptedPorts, cgroupPrefix: cgroup.nftPrefix };
    const rules = createRules({ settings, ports: listeners.ports, place, log, now });
    let open: "open-required" | "keep-required" = "keep-required";
    steps.undoneBy(() => rules.close(open));
    const watchdog = await startWatchdog(account, log, () => rules.input);
    steps.undoneBy(() => watchdog.close());

    let hold: Hold | undefined;
    let desk: Desk | undefined;
    const workers = startWorkers({
      count,
      log,
      now,
      spawn: (index, listener) => spawnWorker(account, fdsOf(index), listener),
      startMessage: (index) => ({ type: "start", index, settings, fds: inherited(fdsOf(index)) }),
      dialed: (worker, { id, outcome }) => hold?.dialed({ worker, id }, outcome),
      plain: ({ remote }) => rules.leaveAlone(remote),
      changed: ({ type, connection }) => desk?.changed(type, connection),
      lost: (worker) => hold?.workerDied(worker),
    });
    steps.undoneBy(() => workers.stop(settings.limits.drainSeconds));
    await workers.ready.catch((cause) => {
      throw new TcpcryptdError("no-worker", cause.message, { cause });
    });

    addRoutes(machine, journal, listeners.families);
    setParameters(machine, journal);

    const startedAt = Math.floor(Date.now() / 1000);
    let inForce = () => {};
    const isInForce = new Promise<void>((resolve) => {
      inForce = resolve;
    });
    // Whoever is told anything can rely on the rules.
    const status = async (): Promise<Status> => ({
      pid: await isInForce.then(() => process.pid),
      startedAt,
      workers: workerStatuses(workers.states, await workers.ask({ ask: "counts" })),
      rules: ruleStatuses(settings),
      hold: { by: hold?.by ?? "none", dials: hold?.dials ?? 0 },
      plainDestinations: rules.plainDestinations,
      warnings: warningsOf(settings, { families: listeners.families, states: workers.states }),
    });
    desk = createDesk(workers, {
      status,
      stop: () => void stop("open-required").catch(() => undefined),
    });
    control = await startControl({
      path: `${runtimeFolder}/tcpcrypt.sock`,
      groupId,
      systemCalls,
      source: desk,
      failed: (error) => log.error({ err: error }, "a question could not be answered"),
    });

    if (settings.outgoing.length > 0) {
      hold = startHold({
        systemCalls,
        tableName: holdTable,
        decide({ remote, mark }) {
          const rule = outgoingRuleOf(settings, { remote, mark });
          if (rule === undefined || !listeners.families.includes(familyOf(remote.address))) return;
          return treatmentOf(rule);
        },
        chooseWorker: () => workers.choose(),
        dial: ({ worker, ...order }) => workers.send(worker, { type: "dial", ...order }),
        abandon: ({ worker, id }) => workers.send(worker, { type: "abandon", id }),
        journal: (undoing) => {
          for (const { command, args } of undoing) {
            journal.note({ kind: "command", command, args: [...args] });
          }
        },
        run: (command, args) => void machine.run(command, args),
        now,
        failed: (error) => log.error({ err: error }, "connections are not held any more"),
      });
      steps.undoneBy(() => hold?.close());
    }

    await rules.apply();
    steps.undoneBy(() => rules.release());
    inForce();

    let settle = () => {};
    const ended = new Promise<void>((resolve) => {
      settle = resolve;
    });
    let stopping: Promise<void> | undefined;
    function stop(how: typeof open = "keep-required"): Promise<void> {
      open = how;
      stopping ??= steps.undo().finally(settle);
      return stopping;
    }
    return { addresses: [control.path], status, ended, stop };

    function fdsOf(worker: number) {
      const maps = { storage: eno.storageFd, answers: eno.answersFd };
      return { ...maps, ...listeners.fdsOf(worker) };
    }

    function setPassiveTerms({ ports }: Listeners): void {
      const teps = settings.keyExchanges.map(tepOf);
      for (const { treatment, ports: byFamily } of ports.incoming) {
        for (const port of Object.values(byFamily)) {
          eno.setPassiveTerms(port, { teps, aware: awareModeOf(treatment) });
        }
      }
    }
  }
}
