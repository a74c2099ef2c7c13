import type { RuleStatus, Status, WorkerStatus } from "../control/protocol.ts";
import type { TcpcryptSettings } from "../settings/settings.ts";
import type { Answer } from "../worker/messages.ts";
import { writeBlock } from "./destinations.ts";
import type { WorkerState } from "./workers/workers.ts";

/** What the rules are, in the words of the settings. */
export function ruleStatuses({ outgoing, incoming }: TcpcryptSettings): RuleStatus[] {
  return [
    ...outgoing.map(({ ports, mode, aware, destinations, cgroup, passiveRole, resumption }) => ({
      direction: "outgoing" as const,
      ports,
      mode,
      conditions: [
        ...(destinations.length > 0 ? [`to ${destinations.map(writeBlock).join(", ")}`] : []),
        ...(cgroup === undefined ? [] : [`from ${cgroup}`]),
        ...(aware ? ["aware"] : []),
        ...(passiveRole ? ["passive role"] : []),
        ...(resumption ? [] : ["no resumption"]),
      ],
    })),
    ...incoming.map(({ ports, mode, aware, resumption }) => ({
      direction: "incoming" as const,
      ports,
      mode,
      conditions: [...(aware ? ["aware"] : []), ...(resumption ? [] : ["no resumption"])],
    })),
  ];
}

/** The workers, with what they counted. */
export function workerStatuses(
  states: readonly WorkerState[],
  answers: readonly (Answer | undefined)[],
): WorkerStatus[] {
  return states.map(({ pid, state }, index) => {
    const answer = answers[index];
    return {
      index,
      pid: state === "ready" ? (pid ?? null) : null,
      counts: answer !== undefined && "counts" in answer ? answer.counts : null,
    };
  });
}

/** What the administrator should know. */
export function warningsOf(
  settings: TcpcryptSettings,
  { families, states }: { families: readonly number[]; states: readonly WorkerState[] },
): Status["warnings"] {
  const missing = states.filter(({ state }) => state !== "ready").length;
  const isRequired = [...settings.outgoing, ...settings.incoming].some(({ mode }) =>
    mode.startsWith("required"),
  );
  return [
    ...(families.includes(6) ? [] : ["this machine has no IPv6: only IPv4 is encrypted"]),
    ...(missing === 0 ? [] : [`${missing} of ${states.length} workers are being started again`]),
    ...(isRequired
      ? ["ports whose mode is required stay closed when tcpcryptd is not there; `down` opens them"]
      : []),
  ];
}
