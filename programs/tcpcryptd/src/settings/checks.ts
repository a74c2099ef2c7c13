import { type AcrossSettings, entriesOf } from "@countersign/settings";
import type { SettingsGroup } from "./group.ts";
import { isAboutPort } from "./ports.ts";

const directions = ["outgoing", "incoming"] as const;

/** There is something to do, and no rule stands behind one that leaves it nothing. */
export function checkRules(settings: SettingsGroup, { isRight, problem }: AcrossSettings) {
  const { outgoing, incoming } = settings;
  const areRight = isRight("outgoing") && isRight("incoming");
  if (areRight && outgoing.length + incoming.length === 0) {
    problem(["outgoing"], "a rule here or under `incoming`: nothing is encrypted without one");
  }
  if (!isRight("encryptedPorts")) return;
  for (const direction of directions) {
    const before: Rule[] = [];
    for (const [index, rule] of entriesOf<Rule>(settings[direction])) {
      if (!isRight(direction, index)) continue;
      if (before.some((earlier) => takesAll(earlier, rule, settings.encryptedPorts))) {
        problem([direction, index], "a rule that those before it leave something to");
      }
      before.push(rule);
    }
  }
}

type Rule = Pick<SettingsGroup["outgoing"][number], "ports"> &
  Partial<Pick<SettingsGroup["outgoing"][number], "destinations" | "cgroup">>;

function takesAll(earlier: Rule, rule: Rule, encryptedPorts: readonly number[]): boolean {
  const isEverywhere = (earlier.destinations ?? []).length === 0 && earlier.cgroup === undefined;
  if (!isEverywhere) return false;
  if (rule.ports === "all") return earlier.ports === "all";
  return rule.ports.every((port) => isAboutPort(earlier, port, encryptedPorts));
}

/** An order of preference names each thing once. */
export function checkLists(settings: SettingsGroup, { isRight, problem }: AcrossSettings) {
  for (const name of ["keyExchanges", "ciphers"] as const) {
    const seen = new Set<string>();
    for (const [index, item] of entriesOf<string>(settings[name])) {
      if (!isRight(name, index)) continue;
      if (seen.has(item)) problem([name, index], "a name that does not stand above");
      seen.add(item);
    }
  }
}
