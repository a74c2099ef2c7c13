import type { EpochSeconds } from "@countersign/ticket";
import type { Logger } from "pino";

/** Warnings that any visitor can cause, so that they must not fill the log. */
export interface BoundedWarnings {
  /** `subject` tells the warnings with this message apart; each is written once in a minute. */
  warn(message: string, subject: string, facts: Readonly<Record<string, unknown>>): void;
}

const minute = 60;
/** For each message; the others are counted. */
const subjectsInAMinute = 5;

/** Messages are words of ours, so that there are only so many. */
export function createBoundedWarnings(log: Logger, now: () => EpochSeconds): BoundedWarnings {
  const minutes = new Map<string, Minute>();
  return {
    warn(message, subject, facts) {
      const began = now();
      const before = minutes.get(message);
      // The clock may have been set back.
      const isOver = before === undefined || Math.abs(began - before.began) >= minute;
      const current = isOver ? { began, subjects: new Set<string>(), leftOut: 0 } : before;
      minutes.set(message, current);
      if (isOver && before !== undefined && before.leftOut > 0) {
        log.warn({ times: before.leftOut }, `${message}: more of these were left out`);
      }
      if (current.subjects.has(subject) || current.subjects.size >= subjectsInAMinute) {
        current.leftOut += 1;
        return;
      }
      current.subjects.add(subject);
      log.warn(facts, message);
    },
  };
}

interface Minute {
  readonly began: EpochSeconds;
  readonly subjects: Set<string>;
  leftOut: number;
}
