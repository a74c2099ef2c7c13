import type { RelayPorts } from "../../../src/supervisor/rules/relay-ports.ts";
import type { Treatment } from "../../../src/worker/messages.ts";

export function treatment(mode: Treatment["mode"]): Treatment {
  return { mode, aware: false, passiveRole: false, resumption: true };
}

/** Two workers, of which the second has no IPv6, and relays for two treatments. */
export const relays: RelayPorts = {
  outgoing: [{ 4: 4000, 6: 4001 }, { 4: 4002 }],
  incoming: [
    { treatment: treatment("opportunistic"), ports: [{ 4: 5000, 6: 5001 }, { 4: 5004 }] },
    { treatment: treatment("required"), ports: [{ 4: 5002, 6: 5003 }, { 4: 5005 }] },
  ],
};

/** The lines of one chain. */
export function chainOf(lines: readonly string[], name: string): readonly string[] {
  const start = lines.indexOf(`chain ${name} {`);
  return lines.slice(start + 1, lines.indexOf("}", start));
}
