import { wireMark } from "../../marks.ts";
import type { Mode, TcpcryptSettings } from "../../settings/settings.ts";
import { joined, matchesOf, notSyn, type Place, setOf } from "./matches.ts";
import { chain, hex, newConnectionsToOthers } from "./owned-table.ts";
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
  const { outgoing, incoming } = settings;
  if (![...outgoing, ...incoming].some(({ mode }) => isRequired(mode))) return undefined;
  const relayed = incomingPortsOf(relays);
  return [
    `table inet ${requiredTable} {`,
    ...chain("outgoing", "type filter hook output priority filter + 10", [
      ...newConnectionsToOthers,
      `meta mark ${hex(wireMark)} return`,
      ...upToLastRequired(outgoing).flatMap((rule) => closedBy(rule, place)),
    ]),
    ...chain("incoming", "type filter hook input priority filter + 10", [
      "meta l4proto != tcp return",
      `${notSyn} return`,
      'iifname "lo" return',
      // These have been redirected, since nobody else gets through to a relay.
      ...(relayed.length === 0
        ? []
        : [`tcp dport ${setOf(relayed)} ct status & dnat == dnat return`]),
      ...upToLastRequired(incoming).flatMap((rule) => closedBy(rule, place)),
    ]),
    "}",
  ];
}

/** Takes the table of an earlier run away, also where there is none. */
export const removeRequiredTable = [
  `table inet ${requiredTable} {`,
  "}",
  `delete table inet ${requiredTable}`,
];

function isRequired(mode: Mode): boolean {
  return mode === "required" || mode === "required-aware";
}

function upToLastRequired<R extends { readonly mode: Mode }>(rules: readonly R[]): readonly R[] {
  return rules.slice(0, rules.findLastIndex(({ mode }) => isRequired(mode)) + 1);
}

function closedBy(rule: Parameters<typeof matchesOf>[0] & { readonly mode: Mode }, place: Place) {
  const action = isRequired(rule.mode) ? "meta l4proto tcp reject with tcp reset" : "return";
  return matchesOf(rule, place).map(({ text }) => joined(text, action));
}
