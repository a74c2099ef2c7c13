import { holdMark, holdMask } from "../marks.ts";

/** Runs a command, and throws when it fails. */
export type RunCommand = (command: string, args: readonly string[]) => void;

/** A command that takes a rule away again. */
export interface UndoCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * Sends marked packets to a queue by iptables' own commands, for kernels whose nftables cannot. These
 * rules do not vanish with the process, so what undoes them is journalled first.
 */
export function holdByIptables(
  queue: number,
  { run, journal }: { readonly run: RunCommand; journal(undo: readonly UndoCommand[]): void },
): () => void {
  const undoing = commands.map((command) => ({ command, args: iptablesArguments("-D", queue) }));
  const undo = () => {
    for (const { command, args } of undoing) run(command, args);
  };
  journal(undoing);
  for (const command of commands) run(command, iptablesArguments("-A", queue));
  return undo;
}

const commands = ["iptables", "ip6tables"] as const;

/** The arguments that add the rule (`-A`) or take it away (`-D`). */
export function iptablesArguments(action: "-A" | "-D", queue: number): readonly string[] {
  const mark = `0x${holdMark.toString(16)}/0x${holdMask.toString(16)}`;
  return [
    ...["-w", "-t", "mangle", action, "OUTPUT", "-m", "mark", "--mark", mark],
    ...["-j", "NFQUEUE", "--queue-num", String(queue), "--queue-bypass"],
  ];
}
