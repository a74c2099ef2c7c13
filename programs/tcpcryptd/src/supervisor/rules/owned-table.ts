import type { Family } from "../../kernel/kernel.ts";
import {
  applicationMark,
  dialedMark,
  dialedMask,
  heldMark,
  refuseMark,
  unreachableMark,
  workerMask,
} from "../../marks.ts";
import type { IncomingRule, OutgoingRule, TcpcryptSettings } from "../../settings/settings.ts";
import type { Endpoint } from "../../worker/messages.ts";
import { familyOf } from "../destinations.ts";
import { treatmentKey, treatmentOf } from "../treatment.ts";
import { chain, hex, newConnectionsToOthers } from "./chain.ts";
import {
  cgroupCondition,
  families,
  familyWords,
  joined,
  matchesOf,
  notSyn,
  type Place,
  setOf,
} from "./matches.ts";
import type { RelayPorts } from "./relay-ports.ts";
import { relayPortsOf } from "./relay-ports.ts";
import { requiredChains } from "./required-table.ts";

/** The table that vanishes with its owner, so that traffic flows in the clear without us. */
export const ownedTable = "countersign_tcpcrypt";

/**
 * The owned table, as lines of an nft file: holds the SYNs that the settings are about, sends what
 * is dialed to its worker and what arrives with the ENO option to the relays.
 */
export function ownedTableText(
  settings: Pick<TcpcryptSettings, "outgoing" | "incoming" | "resumption">,
  relays: RelayPorts,
  place: Place,
): string[] {
  return [
    `table inet ${ownedTable} {`,
    "flags owner",
    ...families.map((family) => {
      const type = `type ${familyWords[family].protocol}_addr . inet_service`;
      return `set ${bypassSet(family)} { ${type}; flags timeout; size 65535; }`;
    }),
    ...chain("hold", "type filter hook output priority mangle", [
      ...newConnectionsToOthers,
      ...linkLocalReturns,
      "meta mark != 0 return",
      // Somebody else's rule may have taken the mark off a dial: held again, it would go on for ever.
      `${cgroupCondition(place, place.ownCgroup)} return`,
      ...settings.outgoing.flatMap((rule, index) => heldBy(rule, index, place)),
    ]),
    ...chain("redirect_dialed", "type nat hook output priority -100", dialedLines(relays)),
    ...chain("answer", "type filter hook output priority filter", [
      // The answers get the mark of what they answer, and must not be rejected themselves.
      "meta l4proto != tcp return",
      `${notSyn} return`,
      `meta mark ${hex(refuseMark)} reject with tcp reset`,
      `meta mark ${hex(unreachableMark)} reject with icmpx host-unreachable`,
    ]),
    ...chain("redirect_incoming", "type nat hook prerouting priority dstnat", [
      'iifname "lo" return',
      "fib daddr type != local return",
      "meta l4proto != tcp return",
      `${notSyn} return`,
      "tcp option 69 missing return",
      ...linkLocalReturns,
      ...portsCondition(relays, "return"),
      ...settings.incoming.flatMap((rule) => {
        return redirectedBy(rule, relays, { ...place, resumes: settings.resumption.enabled });
      }),
    ]),
    // Both legs of an incoming connection have the same addresses and ports: only one can be tracked.
    ...chain("untracked_sent", "type filter hook output priority raw", [
      `meta mark ${hex(applicationMark)} notrack`,
    ]),
    ...chain("untracked_arriving", "type filter hook prerouting priority raw", [
      `iifname "lo" meta mark ${hex(applicationMark)} notrack`,
    ]),
    // Whoever was not redirected has no business at a relay.
    ...chain(
      "redirected_only",
      "type filter hook input priority filter",
      portsCondition(relays, "ct status & dnat != dnat reject with tcp reset"),
    ),
    // Here, too, where nobody can flush them while we run.
    ...requiredChains(settings, relays, place),
    "}",
  ];
}

/** The chains that take new connections; the others serve those that were taken. */
export const capturingChains = ["hold", "redirect_incoming"] as const;

/** Leaves a destination alone for a while. */
export function bypassText({ address, port }: Endpoint, seconds: number): string {
  const set = `inet ${ownedTable} ${bypassSet(familyOf(address))}`;
  return `add element ${set} { ${address} . ${port} timeout ${seconds}s }`;
}

/**
 * Such an address is one on each link, and no worker could tell which is meant. Where encryption is
 * required these connections stay closed.
 */
const linkLocalReturns = ["ip6 saddr fe80::/10 return", "ip6 daddr fe80::/10 return"] as const;

function bypassSet(family: Family): string {
  return `bypass${family}`;
}

function heldBy(rule: OutgoingRule, index: number, place: Place): string[] {
  return matchesOf(rule, place).flatMap(({ families, text }) => {
    if (rule.mode === "off") return [joined(text, "return")];
    const hold = joined(text, `meta mark set ${hex(heldMark(index))} return`);
    // Where encryption is required, what could not encrypt a while ago is asked again.
    if (rule.mode !== "opportunistic") return [hold];
    const left = families.map((family) =>
      joined(text, `${familyWords[family].header} daddr . tcp dport @${bypassSet(family)} return`),
    );
    return [...left, hold];
  });
}

function dialedLines({ outgoing }: RelayPorts): string[] {
  const mask = hex((dialedMask | workerMask) >>> 0);
  return outgoing.flatMap((ports, worker) =>
    families.flatMap((family) => {
      if (ports[family] === undefined) return [];
      const mark = `meta mark & ${mask} == ${hex(dialedMark(worker, 0))}`;
      return `meta nfproto ${familyWords[family].protocol} meta l4proto tcp ${mark} redirect to :${ports[family]}`;
    }),
  );
}

function redirectedBy(
  rule: IncomingRule,
  relays: RelayPorts,
  place: Place & { readonly resumes: boolean },
): string[] {
  const treatment = treatmentOf(rule);
  return matchesOf(rule, place).flatMap(({ text }) => {
    if (treatment === undefined) return [joined(text, "return")];
    const key = treatmentKey(treatment);
    const relay = relays.incoming.find((one) => treatmentKey(one.treatment) === key);
    return families.flatMap((family) => {
      const ports = relay?.ports.flatMap((ofWorker) => ofWorker[family] ?? []) ?? [];
      if (ports.length === 0) return [];
      const protocol = `meta nfproto ${familyWords[family].protocol} meta l4proto tcp`;
      // The socket expression ends the rule where nobody listens: a refused port stays refused. Of
      // what it can ask, only this has an answer for a connection before from the same port that
      // the application's side still remembers (TIME_WAIT).
      const resumes = place.resumes && treatment.resumption;
      const choice = resumes ? `jhash ${familyWords[family].header} saddr` : "numgen inc";
      return joined(protocol, text, "socket transparent <= 1", redirectTo(ports, choice));
    });
  });
}

/**
 * Leads a client to the same worker each time, so that it can resume its session there; where none
 * is resumed, the workers take turns.
 */
function redirectTo(ports: readonly number[], choice: string): string {
  if (ports.length === 1) return `redirect to :${ports[0]}`;
  const turns = ports.map((port, turn) => `${turn} : ${port}`).join(", ");
  return `redirect to :${choice} mod ${ports.length} map { ${turns} }`;
}

function portsCondition(relays: RelayPorts, action: string): string[] {
  const ports = relayPortsOf(relays);
  return ports.length === 0 ? [] : [`tcp dport ${setOf(ports)} ${action}`];
}
