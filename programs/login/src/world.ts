import type { EpochSeconds } from "@countersign/ticket";

/** What the outside gives the login server; tests give their own. */
export interface World {
  readonly log: Log;
  readonly now: () => EpochSeconds;
  /** Relative paths in the settings start here. */
  readonly baseFolder: string;
  /** Where secrets by name are found; unset: the process's own environment. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Takes audit lines when the settings say `stdout`; unset: the standard output. */
  readonly auditOutput?: { write(line: string): void };
}

/** The part of a pino logger that is used. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
