import { type Hold, startHold } from "../hold/hold.ts";
import type { Family, SystemCalls } from "../kernel/kernel.ts";
import type { TcpcryptSettings } from "../settings/settings.ts";
import { familyOf } from "./destinations.ts";
import type { OpenJournal } from "./machine/journal.ts";
import type { Machine } from "./machine/machine.ts";
import { outgoingRuleOf } from "./rule-of.ts";
import { TcpcryptdError } from "./tcpcryptd-error.ts";
import { treatmentOf } from "./treatment.ts";
import type { Workers } from "./workers/workers.ts";
import type { Log } from "./world.ts";

/** Holds applications' SYNs while workers dial, and begins anew should it fail. */
export interface Holding extends Pick<Hold, "dialed" | "workerDied"> {
  /** By what SYNs get here; "none" while they do not. */
  readonly by: string;
  readonly dials: number;
  /** @throws {TcpcryptdError} `no-hold` */
  start(workers: Pick<Workers, "choose" | "send">): void;
  close(): Promise<void>;
}

export interface HoldingOptions {
  readonly settings: Pick<TcpcryptSettings, "outgoing" | "encryptedPorts">;
  readonly families: readonly Family[];
  readonly systemCalls: SystemCalls;
  readonly machine: Pick<Machine, "run">;
  readonly journal: Pick<OpenJournal, "note">;
  readonly log: Log;
  now(): number;
}

/** The table that hands SYNs over; it vanishes with this process. */
export const holdTable = "countersign_tcpcrypt_hold";

const againMs = 1000;

/** What the hold and the workers say to each other, under the rules of the settings. */
export function createHolding(options: HoldingOptions): Holding {
  const { settings, families, systemCalls, machine, journal, log, now } = options;
  let hold: Hold | undefined;
  let again: NodeJS.Timeout | undefined;
  let isClosed = false;

  function begin(workers: Pick<Workers, "choose" | "send">): Hold {
    return startHold({
      systemCalls,
      tableName: holdTable,
      now,
      decide({ remote, mark }) {
        if (!families.includes(familyOf(remote.address))) return undefined;
        const rule = outgoingRuleOf(settings, { remote, mark });
        return rule && treatmentOf(rule);
      },
      chooseWorker: () => workers.choose(),
      dial: ({ worker, ...order }) => workers.send(worker, { type: "dial", ...order }),
      abandon: ({ worker, id }) => workers.send(worker, { type: "abandon", id }),
      run: (command, args) => void machine.run(command, args),
      journal(undoing) {
        for (const { command, args } of undoing) {
          journal.note({ kind: "command", command, args: [...args] });
        }
      },
      failed(error) {
        hold = undefined;
        log.error({ err: error }, "connections are not held; it is tried again");
        if (!isClosed) again = setTimeout(() => beginAgain(workers), againMs);
      },
    });
  }

  function beginAgain(workers: Pick<Workers, "choose" | "send">): void {
    try {
      hold = begin(workers);
    } catch (error) {
      log.error({ err: error }, "connections are not held; it is tried again");
      again = setTimeout(() => beginAgain(workers), againMs);
    }
  }

  return {
    dialed: (dial, outcome) => hold?.dialed(dial, outcome),
    workerDied: (worker) => hold?.workerDied(worker),
    get by() {
      return hold?.by ?? "none";
    },
    get dials() {
      return hold?.dials ?? 0;
    },
    start(workers) {
      // Without a rule there is nothing to hold.
      if (settings.outgoing.length === 0) return;
      try {
        hold = begin(workers);
      } catch (cause) {
        throw new TcpcryptdError("no-hold", cause instanceof Error ? cause.message : undefined, {
          cause,
        });
      }
    },
    async close() {
      isClosed = true;
      clearTimeout(again);
      await hold?.close();
    },
  };
}
