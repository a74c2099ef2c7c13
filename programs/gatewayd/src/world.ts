import type { EpochSeconds } from "@countersign/ticket";
import type { Logger } from "pino";

/** What the outside gives gatewayd; tests give their own. */
export interface World {
  readonly log: Logger;
  readonly now: () => EpochSeconds;
  /** Relative paths in the settings start here. */
  readonly baseFolder: string;
  /** Secrets and the sockets of systemd; nothing of either without it. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}
