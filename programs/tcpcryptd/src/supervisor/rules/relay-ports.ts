import type { Family } from "../../kernel/kernel.ts";
import type { Treatment } from "../../worker/messages.ts";

/** A port for each family that this machine has. */
export type FamilyPorts = Readonly<Partial<Record<Family, number>>>;

/** Where the workers listen. */
export interface RelayPorts {
  /** By the number of the worker. */
  readonly outgoing: readonly FamilyPorts[];
  /** The same for each treatment. */
  readonly incoming: readonly {
    readonly treatment: Treatment;
    readonly ports: readonly FamilyPorts[];
  }[];
}

/** Every port that a worker listens on. */
export function relayPortsOf(relays: RelayPorts): number[] {
  return [...relays.outgoing.flatMap((ports) => Object.values(ports)), ...incomingPortsOf(relays)];
}

/** The ports of relays for connections that arrive. */
export function incomingPortsOf({ incoming }: RelayPorts): number[] {
  return incoming.flatMap(({ ports }) => ports.flatMap((ofWorker) => Object.values(ofWorker)));
}
