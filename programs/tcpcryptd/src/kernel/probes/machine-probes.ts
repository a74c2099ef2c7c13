import type { SystemCalls } from "../kernel.ts";
import type { Probe } from "../probes.ts";
import { bpfProbes } from "./bpf-probes.ts";
import { ruleProbes } from "./rule-probes.ts";
import { workerProbe } from "./worker-probe.ts";

/** All that tcpcryptd needs of a machine. */
export function machineProbes({
  calls,
  becomeWorker,
  holdConnections,
}: {
  readonly calls: SystemCalls;
  /** Arguments of setpriv that make a process a worker: another user, with CAP_NET_RAW only. */
  readonly becomeWorker: readonly string[];
  /** Hands packets to a queue and undoes it again; throws when the machine cannot. */
  readonly holdConnections: () => void | Promise<void>;
}): readonly Probe[] {
  return [
    ...bpfProbes(calls),
    ...ruleProbes(),
    {
      what: "packets handed to a queue, by nftables or by the target of iptables",
      remedy:
        "a kernel with CONFIG_NFT_QUEUE, or CONFIG_NETFILTER_XT_TARGET_NFQUEUE and CONFIG_NFT_COMPAT",
      try: holdConnections,
    },
    workerProbe(calls, becomeWorker),
  ];
}
