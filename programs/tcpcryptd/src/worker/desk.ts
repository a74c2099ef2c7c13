import type { Entropy } from "@countersign/tcpcrypt";
import type { EnoSockets, SystemCalls } from "../kernel/kernel.ts";
import type { TcpcryptSettings } from "../settings/settings.ts";
import type { AbortCounts } from "./abort-counts.ts";
import type { ConnectionTable } from "./connection-table.ts";
import type { KeptSecrets } from "./kept-secrets.ts";
import type { LegWorld } from "./leg.ts";
import type { FromWorker } from "./messages.ts";
import type { Timekeeper, WakeUps } from "./wake-ups.ts";

/** What a worker needs of the world; tests pass stand-ins. */
export interface WorkerWorld extends Timekeeper {
  readonly systemCalls: Pick<
    SystemCalls,
    | "tcpSocket"
    | "boundPort"
    | "originalDestination"
    | "markOf"
    | "peerStays"
    | "resetOnClose"
    | "waitForFullSegments"
    | "close"
  >;
  readonly eno: EnoSockets;
  readonly entropy: Entropy;
  /** Seconds since 1970. */
  seconds(): number;
  tell(message: FromWorker): void;
}

/** What the parts of one worker share. */
export interface Desk {
  /** The worker's number, as marks carry it. */
  readonly index: number;
  readonly settings: TcpcryptSettings;
  readonly world: WorkerWorld;
  readonly legs: LegWorld;
  readonly table: ConnectionTable;
  readonly wakeUps: WakeUps;
  readonly secrets: KeptSecrets;
  readonly aborts: AbortCounts;
  /** Accept nothing more. */
  isDraining: boolean;
  /** Somebody wants to hear of each connection that opens or closes. */
  isWatched: boolean;
}
