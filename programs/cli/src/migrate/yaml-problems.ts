import { gatewaySettings } from "@countersign/gatewayd";
import { parseSettings } from "@countersign/settings";
import type { GatewaySite } from "./gateway-yaml.ts";
import type { Report } from "./remark.ts";

/**
 * Tells what gatewayd would not take of the settings, at the server that it came from: what Apache
 * took as it was, such as paths that differ in capitals alone.
 */
export function reportYamlProblems(
  yaml: string,
  sites: readonly GatewaySite[],
  report: Report,
): void {
  const parsed = parseSettings(gatewaySettings, { name: "gateway.yaml", text: yaml });
  if (parsed.ok) return;
  for (const { setting, expected } of parsed.problems) {
    const index = Number(/^sites\[(\d+)\]/.exec(setting)?.[1] ?? 0);
    const at = sites[index]?.at ?? sites[0]?.at;
    if (at !== undefined)
      report("error", at, `gatewayd does not take ${setting}: expected ${expected}`);
  }
}
