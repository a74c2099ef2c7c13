import { type Logger, pino } from "pino";

/** A logger that keeps what it is told, down to the last detail. */
export interface KeptLog {
  readonly logger: Logger;
  /** The lines so far. */
  text(): string;
}

/** Makes a logger for a program under test. */
export function createKeptLog(): KeptLog {
  const lines: string[] = [];
  const logger = pino({ level: "trace" }, { write: (line) => void lines.push(line) });
  return { logger, text: () => lines.join("") };
}
