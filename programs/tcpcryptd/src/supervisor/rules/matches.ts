import type { Family } from "../../kernel/kernel.ts";
import type { OutgoingRule } from "../../settings/settings.ts";
import { distinctBlocks, writeBlock } from "../destinations.ts";

/** What the rules are written for. */
export interface Place {
  readonly encryptedPorts: readonly number[];
  /** From /sys/fs/cgroup, where nft looks, to the mount of cgroup2: empty, or "unified/". */
  readonly cgroupPrefix: string;
  /** Our own group, below the mount of cgroup2. */
  readonly ownCgroup: string;
}

/** A rule of the settings as nft's conditions; several where it names both families. */
export interface Match {
  readonly families: readonly Family[];
  readonly text: string;
}

/** Only segments that ask for a connection, with ECN or without. */
export const notSyn = "tcp flags & (fin | syn | rst | ack) != syn";

export const families = [4, 6] as const;

/** How nft calls what differs between the families. */
export const familyWords = {
  4: { protocol: "ipv4", header: "ip" },
  6: { protocol: "ipv6", header: "ip6" },
} as const;

/** The conditions of a rule, to be put before what shall happen. */
export function matchesOf(
  rule: Pick<OutgoingRule, "ports"> & Partial<Pick<OutgoingRule, "destinations" | "cgroup">>,
  place: Place,
): Match[] {
  const ports = portCondition(rule.ports, place.encryptedPorts);
  const group = rule.cgroup === undefined ? "" : cgroupCondition(place, rule.cgroup);
  if (rule.destinations === undefined || rule.destinations.length === 0) {
    return [{ families, text: joined(ports, group) }];
  }
  return families.flatMap((family) => {
    const blocks = distinctBlocks(rule.destinations ?? [], family).map(writeBlock);
    if (blocks.length === 0) return [];
    const destination = `${familyWords[family].header} daddr ${setOf(blocks)}`;
    return [{ families: [family], text: joined(destination, ports, group) }];
  });
}

/** Conditions and an action as one line. */
export function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}

/** `{ 80, 8080 }`, each once. */
export function setOf(items: readonly (string | number)[]): string {
  return `{ ${[...new Set(items)].join(", ")} }`;
}

function portCondition(ports: OutgoingRule["ports"], encryptedPorts: readonly number[]): string {
  if (ports !== "all") return `tcp dport ${setOf(ports)}`;
  return encryptedPorts.length === 0 ? "" : `tcp dport != ${setOf(encryptedPorts)}`;
}

/** For sockets of a group. */
export function cgroupCondition({ cgroupPrefix }: Place, cgroup: string): string {
  // nft wants the depth at which the socket's own group shall be compared.
  const level = cgroup.split("/").length;
  return `socket cgroupv2 level ${level} "${cgroupPrefix}${cgroup}"`;
}
