import type { AbortReason } from "@countersign/tcpcrypt";
import type { Leg } from "./leg.ts";

/** Application data that a relay has carried, as the application on this machine sees it. */
export interface Carried {
  readonly sent: number;
  readonly received: number;
}

/** What the table of connections asks of whatever carries one. */
export interface Relay {
  readonly bytes: Carried;
  /** Whether the application has not ended its side: then nobody else can have its addresses and ports. */
  readonly applicationStays: boolean;
  /** Resets both legs. */
  reset(): void;
}

/** The two connections that a relay joins. */
export interface Legs {
  readonly application: Leg;
  readonly network: Leg;
}

/**
 * How a relay ended: both directions in order, or why not. `application-reset` and `network-reset`
 * name the side that began.
 */
export type RelayEnd =
  | "orderly"
  | "application-reset"
  | "network-reset"
  | "application-unreachable"
  | "reset-by-us"
  /** An exception: see the log. */
  | "mistake"
  | AbortReason;
