import type { BoundedWarnings } from "../bounded-warnings.ts";
import type { Connection } from "./connection.ts";

/**
 * Finds the session IDs of visitors' connections. Nothing is kept: addresses and ports are given to
 * another connection as soon as one has ended, which nobody tells us.
 */
export interface SessionIds {
  /**
   * In upper-case hexadecimal; empty: the connection is not encrypted by tcpcrypt, or not known, or
   * the daemon does not answer. Never rejects: a visitor does not wait for a daemon that has gone.
   */
  of(connection: Connection | undefined): Promise<string>;
  /** Ends with the setup that it belongs to. */
  close(): void;
}

/** Asks the daemon. */
export interface AskForSession {
  /** `undefined`: it knows no encrypted connection like that. Rejects when it does not answer in time. */
  sessionIdOf(connection: Connection): Promise<string | undefined>;
  close(): void;
}

/** For so long nobody asks a daemon that did not answer, since every visitor would wait for it. */
const restMilliseconds = 1_000;

/** What is asked of one daemon. */
export function createSessionIds(
  daemon: AskForSession,
  socket: string,
  warnings: BoundedWarnings,
  clock: () => number = () => performance.now(),
): SessionIds {
  let restsUntil = Number.NEGATIVE_INFINITY;
  return {
    async of(connection) {
      if (connection === undefined || clock() < restsUntil) return "";
      try {
        return checked(await daemon.sessionIdOf(connection));
      } catch (error) {
        restsUntil = clock() + restMilliseconds;
        const because = error instanceof Error ? error.message : String(error);
        warnings.warn("tcpcryptd tells no session IDs", socket, { socket, because });
        return "";
      }
    },
    close: () => daemon.close(),
  };
}

/** It goes into headers and variables. */
function checked(sessionId: string | undefined): string {
  if (sessionId === undefined || /^(?:[0-9A-F]{2}){33,255}$/.test(sessionId))
    return sessionId ?? "";
  throw new Error("the answer is no session ID");
}
