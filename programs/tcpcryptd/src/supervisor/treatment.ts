import type { AwareMode } from "@countersign/tcpcrypt";
import type { IncomingRule, OutgoingRule } from "../settings/settings.ts";
import type { Treatment } from "../worker/messages.ts";

/** What a worker does with a connection under a rule, or `undefined` where the rule says off. */
export function treatmentOf(
  rule: Pick<OutgoingRule | IncomingRule, "mode" | "aware" | "resumption"> & {
    readonly passiveRole?: boolean;
  },
): Treatment | undefined {
  const { mode, aware, passiveRole = false, resumption } = rule;
  return mode === "off" ? undefined : { mode, aware, passiveRole, resumption };
}

/** What the BPF program says and asks of the application-aware bit (RFC 8547 §4.2). */
export function awareModeOf({ mode, aware }: Treatment): AwareMode {
  if (mode === "required-aware") return "mandatory";
  return aware ? "on" : "off";
}

/**
 * The same for treatments that are the same, so that they share a listening socket, and with it the
 * secrets of sessions.
 */
export function treatmentKey(treatment: Treatment): string {
  const { mode, passiveRole, resumption } = treatment;
  return [mode, awareModeOf(treatment), passiveRole, resumption].join(" ");
}

/** Every treatment that some incoming rule asks for, once. */
export function incomingTreatments(rules: readonly IncomingRule[]): Treatment[] {
  const found = new Map<string, Treatment>();
  for (const rule of rules) {
    const treatment = treatmentOf(rule);
    if (treatment !== undefined) found.set(treatmentKey(treatment), treatment);
  }
  return [...found.values()];
}
