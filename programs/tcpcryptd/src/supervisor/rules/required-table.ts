import { wireMark } from "../../marks.ts";
import type { Mode, TcpcryptSettings } from "../../settings/settings.ts";
import { chain, hex, leavingForOthers, newConnectionsToOthers } from "./chain.ts";
import { joined, matchesOf, notSyn, type Place, setOf } from "./matches.ts";
import { incomingPortsOf, type RelayPorts } from "./relay-ports.ts";

/** The table that stays when tcpcryptd dies, so that what must be encrypted stays closed. */
export const requiredTable = "countersign_tcpcrypt_required";

/**
 * The table of the required modes, or `undefined` when no rule requires encryption. It resets every
 * new connection that must be encrypted and does not pass through a worker.
 */
export function requiredTableText(
  settings: Pick<TcpcryptSettings, "outgoing" | "incoming">,
  relays: RelayPorts,
  place: Place,
): string[] | undefined {
  const chains = requiredChains(settings, relays, place);
  return chains.length === 0 ? undefined : [`table inet ${requiredTable} {`, ...chains, "}"];
}

/** What the table of the required modes does, as chains; none when no rule requires encryption. */
export function requiredChains(
  { outgoing, incoming }: Pick<TcpcryptSettings, "outgoing" | "incoming">,
  relays: RelayPorts,
  place: Place,
): string[] {
  if (![...outgoing, ...incoming].some(({ mode }) => isRequired(mode))) return [];
  const relayed = incomingPortsOf(relays);
  return [
    ...chain("required_outgoing", "type filter hook output priority filter + 10", [
      ...newConnectionsToOthers,
      `meta mark ${hex(wireMark)} return`,
      ...upToLastRequired(outgoing).flatMap((rule) => closedBy(rule, place)),
    ]),
    ...chain("required_both_sides", "type filter hook output priority filter + 10", [
      ...answersToOthers,
      `meta mark ${hex(wireMark)} return`,
      ...upToLastRequired(outgoing).flatMap((rule) => closedBy(rule, place, bySocketThatAsked)),
    ]),
    ...chain("required_incoming", "type filter hook input priority filter + 10", [
      "meta l4proto != tcp return",
      `${notSyn} return`,
      'iifname "lo" return',
      // These have been redirected, since nobody else gets through to a relay.
      ...(relayed.length === 0
        ? []
        : [`tcp dport ${setOf(relayed)} ct status & dnat == dnat return`]),
      ...upToLastRequired(incoming).flatMap((rule) => closedBy(rule, place)),
    ]),
  ];
}

/** Takes the table of an earlier run away, also where there is none. */
export const removeRequiredTable = [
  `table inet ${requiredTable} {`,
  "}",
  `delete table inet ${requiredTable}`,
];

/** In an output chain: ends it for all but answers to a SYN of another host. */
const answersToOthers = [
  "meta l4proto != tcp return",
  "tcp flags & (fin | syn | rst | ack) != (syn | ack) return",
  ...leavingForOthers,
] as const;

/**
 * A socket that has sent a SYN itself: two that meet open a connection, too, so that a
 * peer who guesses the port could have one in the clear while we hold ours. What answers for a
 * listening socket is none that this expression knows, and the rule ends there.
 */
const bySocketThatAsked = "socket wildcard <= 1";

function isRequired(mode: Mode): boolean {
  return mode === "required" || mode === "required-aware";
}

function upToLastRequired<R extends { readonly mode: Mode }>(rules: readonly R[]): readonly R[] {
  return rules.slice(0, rules.findLastIndex(({ mode }) => isRequired(mode)) + 1);
}

function closedBy(
  rule: Parameters<typeof matchesOf>[0] & { readonly mode: Mode },
  place: Place,
  condition = "",
) {
  const action = isRequired(rule.mode) ? "meta l4proto tcp reject with tcp reset" : "return";
  return matchesOf(rule, place).map(({ text }) => joined(text, condition, action));
}
