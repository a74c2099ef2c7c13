import { notSyn } from "./matches.ts";

/** A chain's lines. */
export function chain(name: string, type: string, lines: readonly string[]): string[] {
  return [`chain ${name} {`, type, "policy accept", ...lines, "}"];
}

/** In an output chain: ends it for what stays on this machine. */
export const leavingForOthers = [
  'oifname "lo" return',
  // Not "!= unicast": a route that only some packets take (ip rule) is none where nft looks for IPv6.
  "fib daddr type { local, broadcast, anycast, multicast } return",
] as const;

/** In an output chain: ends it for all but SYNs that leave for another host. */
export const newConnectionsToOthers = [
  "meta l4proto != tcp return",
  `${notSyn} return`,
  ...leavingForOthers,
] as const;

/** A mark as nft prints it. */
export function hex(mark: number): string {
  return `0x${mark.toString(16).padStart(8, "0")}`;
}
