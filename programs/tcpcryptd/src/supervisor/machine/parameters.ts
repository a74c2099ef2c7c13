import { TcpcryptdError } from "../tcpcryptd-error.ts";
import type { OpenJournal } from "./journal.ts";
import type { Machine } from "./machine.ts";

/** A kernel parameter as a file below /proc/sys. */
export interface Parameter {
  readonly path: string;
  readonly value: string;
  /** Where the machine has no such parameter, it is not needed either. */
  readonly isOptional?: boolean;
}

/** What the redirection of connections needs. */
export const parameters: readonly Parameter[] = [
  // A socket gets the mark of the SYN it was accepted from: it names the dial, and replies to the
  // application's client are routed by it. (Also for IPv6.)
  { path: "/proc/sys/net/ipv4/tcp_fwmark_accept", value: "1" },
  // So do resets, without which a refused port of the application would hang its client.
  { path: "/proc/sys/net/ipv4/fwmark_reflect", value: "1" },
  { path: "/proc/sys/net/ipv6/fwmark_reflect", value: "1", isOptional: true },
];

/** Sets parameters that are otherwise, and notes how they were. */
export function setParameters(
  machine: Pick<Machine, "read" | "write">,
  journal: Pick<OpenJournal, "note">,
  wanted: readonly Parameter[] = parameters,
): void {
  for (const { path, value, isOptional } of wanted) {
    const before = machine.read(path)?.trim();
    if (before === value || (before === undefined && isOptional)) continue;
    if (before === undefined) throw new TcpcryptdError("sysctl-refused", `${path} is missing`);
    journal.note({ kind: "parameter", path, before, after: value });
    try {
      machine.write(path, value);
    } catch (cause) {
      throw new TcpcryptdError("sysctl-refused", path, { cause });
    }
  }
}
