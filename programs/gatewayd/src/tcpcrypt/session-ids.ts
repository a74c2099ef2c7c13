import { type TcpcryptClient, TcpcryptClientError } from "@countersign/tcpcrypt-client";
import type { BoundedWarnings } from "../bounded-warnings.ts";
import type { Connection } from "./connection.ts";

/**
 * Finds the session IDs of visitors' connections. Nothing is kept: addresses and ports are given to
 * another connection as soon as one has ended, which nobody tells us.
 */
export interface SessionIds {
  /**
   * In upper-case hexadecimal; empty: the connection is not encrypted by tcpcrypt, or not known, or
   * the daemon does not answer. Visitors do not wait for a daemon that has gone.
   */
  of(connection: Connection | undefined): Promise<string>;
  /** Lets questions under way be answered, and then goes. */
  close(): void;
}

/** For so long nobody asks a daemon that did not answer, since every visitor would wait for it. */
const restMilliseconds = 1_000;

/** What is asked of one daemon. */
export function createSessionIds(
  daemon: Pick<TcpcryptClient, "sessionIdOf" | "close">,
  warnings: BoundedWarnings,
  clock: () => number = () => performance.now(),
): SessionIds {
  let restsUntil = Number.NEGATIVE_INFINITY;
  let underWay = 0;
  let isClosing = false;
  return {
    async of(connection) {
      if (connection === undefined || clock() < restsUntil) return "";
      underWay += 1;
      try {
        return (await daemon.sessionIdOf(connection)) ?? "";
      } catch (error) {
        if (!(error instanceof TcpcryptClientError)) throw error;
        restsUntil = clock() + restMilliseconds;
        const { code, message } = error;
        warnings.warn("tcpcryptd tells no session IDs", code, { code, because: message });
        return "";
      } finally {
        underWay -= 1;
        if (isClosing && underWay === 0) daemon.close();
      }
    },
    close() {
      isClosing = true;
      if (underWay === 0) daemon.close();
    },
  };
}
