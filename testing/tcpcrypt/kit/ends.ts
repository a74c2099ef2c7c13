import type { Owner } from "../../kit/cleanup.ts";
import type { Host } from "../../kit/namespaces/host.ts";
import { createPair, createRouted, type Pair, type Routed } from "../../kit/namespaces/network.ts";
import { type Daemon, type DaemonSettings, startDaemon } from "./daemon.ts";

/** Settings of the daemon of either host; `undefined` for a host without one. */
export interface EndsPlan {
  readonly a?: DaemonSettings | undefined;
  readonly b?: DaemonSettings | undefined;
}

/** Two hosts on one wire, tcpcryptd on both. */
export interface Ends extends Pair {
  readonly daemonA: Daemon;
  readonly daemonB: Daemon;
}

/** Two hosts on one wire, each with a daemon. */
export async function startEnds(owner: Owner, plan: EndsPlan = {}): Promise<Ends> {
  const { a, b } = createPair(owner);
  return { a, b, ...(await startDaemons(owner, [a, b], plan)) };
}

/** The same with a router between them, which has none. */
export async function startRoutedEnds(owner: Owner, plan: EndsPlan = {}): Promise<Ends & Routed> {
  const network = createRouted(owner);
  return { ...network, ...(await startDaemons(owner, [network.a, network.b], plan)) };
}

async function startDaemons(owner: Owner, [a, b]: readonly [Host, Host], plan: EndsPlan) {
  const [daemonA, daemonB] = await Promise.all([
    startDaemon(owner, a, plan.a),
    startDaemon(owner, b, plan.b),
  ]);
  return { daemonA, daemonB };
}
