import type { Family } from "../../kernel/kernel.ts";
import type { Treatment } from "../../worker/messages.ts";

/** A port for each family that this machine has. */
export type FamilyPorts = Readonly<Partial<Record<Family, number>>>;

/** Where the workers listen. */
export interface RelayPorts {
  /** By the number of the worker. */
  readonly outgoing: readonly FamilyPorts[];
  readonly incoming: readonly { readonly treatment: Treatment; readonly ports: FamilyPorts }[];
}

/** Every port that a worker listens on. */
export function relayPortsOf({ outgoing, incoming }: RelayPorts): number[] {
  const all = [...outgoing, ...incoming.map(({ ports }) => ports)];
  return all.flatMap((ports) => Object.values(ports));
}

/** The ports of relays for connections that arrive. */
export function incomingPortsOf({ incoming }: RelayPorts): number[] {
  return incoming.flatMap(({ ports }) => Object.values(ports));
}
