import { spawnSync } from "node:child_process";
import type { Probe } from "../probes.ts";

const nftRemedy = "install nftables (apt-get install nftables)";
const kernelRemedy = "a kernel with that part of nf_tables";

/** What the rules are made of; each is tried in a network namespace of its own, and gone with it. */
const parts = {
  "tables of nftables that end with their owner": `
    table inet probe { flags owner; }`,
  "redirection of connections by nftables": `
    table inet probe { chain c {
      type nat hook prerouting priority dstnat;
      meta l4proto tcp tcp option 69 exists redirect to :1
      meta nfproto ipv4 meta l4proto tcp redirect to :jhash ip saddr mod 2 map { 0 : 1, 1 : 2 }
      meta nfproto ipv4 meta l4proto tcp redirect to :numgen inc mod 2 map { 0 : 1, 1 : 2 }
    } }`,
  "the question whether somebody listens, in nftables": `
    table inet probe { chain c {
      type nat hook prerouting priority dstnat;
      meta l4proto tcp socket transparent <= 1 redirect to :1
    } }`,
  "marks and untracked connections in nftables": `
    table inet probe { set s { type ipv4_addr . inet_service; flags timeout; }
    chain c {
      type filter hook output priority raw;
      ip daddr . tcp dport @s meta mark set 1
      meta mark 1 notrack
    } }`,
  "refusals by nftables": `
    table inet probe { chain c {
      type filter hook input priority filter;
      meta l4proto tcp reject with tcp reset
      meta mark 1 reject with icmpx host-unreachable
    } }`,
} as const;

/** Whether the rules can be made that lead connections to the relay. */
export function ruleProbes(): readonly Probe[] {
  return [
    {
      what: "the program nft",
      remedy: nftRemedy,
      try: () => run("nft", ["--version"], ""),
    },
    ...Object.entries(parts).map(([what, rules]) => ({
      what,
      remedy: kernelRemedy,
      try: () => run("unshare", ["--net", "nft", "-f", "-"], asLines(rules)),
    })),
  ];
}

/** nft wants a line's end between closing braces. */
function asLines(rules: string): string {
  return rules.replaceAll("} }", "}\n}").replace(/^ +/gm, "");
}

/** Runs a command to its end. @throws {Error} in the command's words */
export function run(command: string, args: readonly string[], input: string): void {
  const { error, status, stderr } = spawnSync(command, args, { input, encoding: "utf8" });
  if (error !== undefined) throw new Error(`${command} cannot be started`, { cause: error });
  if (status === 0) return;
  const [firstLine = ""] = stderr.trim().split("\n");
  throw new Error(firstLine === "" ? `${command} ended with ${status}` : firstLine);
}
