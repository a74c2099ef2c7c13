import type { Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import type { TcpcryptSettings } from "../../settings/settings.ts";
import type { Endpoint } from "../../worker/messages.ts";
import type { Machine } from "../machine/machine.ts";
import { type Nft, startNft } from "../nft.ts";
import type { Log } from "../world.ts";
import { type Bypass, createBypass } from "./bypass.ts";
import type { Place } from "./matches.ts";
import { oneLine } from "./one-line.ts";
import { capturingChains, ownedTable, ownedTableText } from "./owned-table.ts";
import type { RelayPorts } from "./relay-ports.ts";
import { removeRequiredTable, requiredTable, requiredTableText } from "./required-table.ts";

/** The rules of a supervisor, once they are in force. */
export interface Rules {
  /** What keeps the owned table: it goes when nobody holds this any more. */
  readonly input: Writable;
  /** What {@link release} tells nft. */
  readonly releaseLine: string;
  /** Puts the rules in force, in the place of what an earlier run left closed. */
  apply(): Promise<void>;
  /** Leaves a destination alone for a while. */
  leaveAlone(remote: Endpoint): void;
  readonly plainDestinations: number;
  /** Takes no new connection any more; the addresses of old ones are still translated. */
  release(): Promise<void>;
  /** Removes everything but what stays closed, and that too when it shall be opened. */
  close(open: "open-required" | "keep-required"): Promise<void>;
}

export interface RulesOptions {
  readonly settings: TcpcryptSettings;
  readonly ports: RelayPorts;
  readonly place: Place;
  readonly log: Log;
  now(): number;
}

/** How long the table of a supervisor that was just killed may still be there. */
const handOverMs = 3000;
const handOverPauseMs = 50;
const restartPauseMs = 1000;

/** Starts nft, without any rules yet. It is started again if somebody ends it. */
export function createRules(options: RulesOptions): Rules {
  const { settings, ports, place, log, now } = options;
  const owned = ownedTableText(settings, ports, place);
  const required = requiredTableText(settings, ports, place) ?? [];
  const whole = oneLine([...owned, ...removeRequiredTable, ...required]);
  let state: "waiting" | "in-force" | "released" | "closed" = "waiting";
  let nft = start();
  let bypass = newBypass();

  function start(): Nft {
    const started = startNft();
    void started.ended.then(async () => {
      while (state === "in-force" || state === "released") {
        log.error({}, "nft ended, and the rules with it; they are put in force again");
        try {
          nft = start();
          await nft.run(whole);
          if (state === "released") await nft.run(releaseLine);
          bypass = newBypass();
          return;
        } catch (error) {
          log.error({ err: error }, "the rules are not in force");
          await pause(restartPauseMs);
        }
      }
    });
    return started;
  }

  function newBypass(): Bypass {
    return createBypass({
      seconds: settings.plainSeconds,
      now,
      run: (line) => nft.run(line),
      failed: (error) => log.warn({ err: error }, "a destination is not left alone"),
    });
  }

  return {
    releaseLine,
    get input() {
      return nft.input;
    },
    async apply() {
      const end = now() + handOverMs;
      for (;;) {
        try {
          await nft.run(whole);
          state = "in-force";
          return;
        } catch (error) {
          const isOthers = error instanceof Error && /not permitted/.test(error.message);
          if (!isOthers || now() >= end) throw error;
          await pause(handOverPauseMs);
        }
      }
    },
    leaveAlone(remote) {
      if (state === "in-force") bypass.add(remote);
    },
    get plainDestinations() {
      return bypass.size;
    },
    async release() {
      if (state !== "in-force") return;
      state = "released";
      await nft.run(releaseLine);
    },
    async close(open) {
      const wereInForce = state !== "waiting";
      state = "closed";
      try {
        if (wereInForce && open === "open-required") await nft.run(oneLine(removeRequiredTable));
      } finally {
        await nft.close();
      }
    },
  };
}

const releaseLine = oneLine(
  capturingChains.map((chain) => `flush chain inet ${ownedTable} ${chain}`),
);

/** Whether an earlier run left something closed. */
export function isRequiredLeft(machine: Pick<Machine, "run">): boolean {
  const tables = machine.run("nft", ["list", "tables"]).split("\n");
  return tables.includes(`table inet ${requiredTable}`);
}

/** Opens what an earlier run left closed. */
export function openRequired(machine: Pick<Machine, "run">): void {
  machine.run("nft", [oneLine(removeRequiredTable)]);
}
