import { randomInt } from "node:crypto";
import { on } from "node:events";
import type { Command } from "commander";
import { Option } from "commander";
import { CommandError } from "./command-error.ts";
import { readStreamBounded } from "./read-bounded.ts";
import { note, type Terminal } from "./terminal.ts";

const maxPasswordBytes = 4096;

// No letters that are mistaken for others; 32 of them carry five bits each.
const letters = "abcdefghijkmnpqrstuvwxyz23456789";

/** Where a new password comes from; never from an argument, which others could see. */
export interface PasswordOptions {
  readonly passwordStdin?: true;
  readonly generate?: true;
}

/** Adds the options that {@link newPassword} reads. */
export function withPasswordOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--password-stdin", "read the password from standard input").conflicts("generate"),
    )
    .option("--generate", "make a password and print it");
}

/** A new password, and whether nobody but us has seen it yet. */
export interface NewPassword {
  readonly password: string;
  readonly isGenerated: boolean;
}

/**
 * The new password: made up, from standard input, or typed twice without being shown.
 *
 * @throws {CommandError} `no-input`, `bad-input` or `too-large`.
 */
export async function newPassword(
  terminal: Terminal,
  options: PasswordOptions,
): Promise<NewPassword> {
  if (options.generate) return { password: generatePassword(), isGenerated: true };
  return { password: await readPassword(terminal, options), isGenerated: false };
}

async function readPassword(terminal: Terminal, options: PasswordOptions): Promise<string> {
  if (options.passwordStdin) return readStreamBounded(terminal.stdin, maxPasswordBytes);
  if (!terminal.stdin.isTTY) {
    const advice = "use --password-stdin or --generate";
    throw new CommandError("no-input", `there is no terminal to type a password: ${advice}`);
  }
  const [password, again] = await askHidden(terminal, ["New password: ", "The same again: "]);
  if (password !== undefined && password === again) return password;
  throw new CommandError("bad-input", "the two passwords differ: nothing was changed");
}

/** Four groups of five letters: 100 bits. */
function generatePassword(): string {
  const group = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join("");
  return [group(), group(), group(), group()].join("-");
}

const keys = {
  interrupt: "\u0003",
  endOfInput: "\u0004",
  backspace: "\b",
  eraseLine: "\u0015",
  delete: "\u007f",
};

/** Asks each question in turn on the terminal, and shows nothing of what is typed. */
async function askHidden(terminal: Terminal, questions: readonly string[]): Promise<string[]> {
  const { stdin, stderr } = terminal;
  stdin.setEncoding("utf8");
  stdin.setRawMode?.(true);
  const lines = typedLines(stdin);
  try {
    const answers: string[] = [];
    for (const question of questions) {
      stderr.write(question);
      const { value, done } = await lines.next();
      note(terminal, "");
      if (done) throw new CommandError("no-input", "no password was typed: nothing was changed");
      answers.push(value);
    }
    return answers;
  } finally {
    stdin.setRawMode?.(false);
    await lines.return();
    stdin.pause();
  }
}

/** The lines as they are typed; ends at Ctrl-C, Ctrl-D and when the terminal is gone. */
async function* typedLines(stdin: Terminal["stdin"]): AsyncGenerator<string, void, void> {
  let typed: string[] = [];
  for await (const [chunk] of on(stdin, "data", { close: ["end"] })) {
    for (const character of String(chunk)) {
      if (character === keys.interrupt || character === keys.endOfInput) return;
      if (character === "\r" || character === "\n") {
        yield typed.join("");
        typed = [];
      } else if (character === keys.eraseLine) typed = [];
      else if (character === keys.backspace || character === keys.delete) typed.pop();
      else if (typed.length < maxPasswordBytes) typed.push(character);
    }
  }
}
