import type { Command } from "commander";

const examples = new WeakMap<Command, readonly string[]>();

/** Gives `command` examples, which its `--help` and the reference page show. */
export function withExamples(command: Command, lines: readonly string[]): Command {
  examples.set(command, lines);
  return command.addHelpText("after", () => {
    const word = lines.length === 1 ? "Example" : "Examples";
    return `\n${word}:\n${lines.map((line) => `  ${line}`).join("\n")}`;
  });
}

/** The examples that {@link withExamples} gave. */
export function examplesOf(command: Command): readonly string[] {
  return examples.get(command) ?? [];
}
