import type { ReadStream } from "node:tty";
import { styleText } from "node:util";
import type { EpochSeconds } from "@countersign/ticket";
import type { ExitCode } from "./exit-code.ts";

/** Where a command meets the person or script that called it. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream & Partial<Pick<ReadStream, "isTTY" | "setRawMode">>;
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
  now(): EpochSeconds;
  /** The exit code once everything is done; the last word counts. */
  exitWith(code: ExitCode): void;
  /** Ends the process at once, whatever is under way. */
  exitNow(code: number): void;
  onSignal(signal: "SIGHUP" | "SIGINT" | "SIGTERM", listener: () => void): void;
}

/** Prints a line of the answer itself. */
export function say(terminal: Terminal, line: string): void {
  terminal.stdout.write(`${line}\n`);
}

/** Prints the answer as JSON, for scripts. */
export function sayJson(terminal: Terminal, value: unknown): void {
  say(terminal, JSON.stringify(value, null, 2));
}

/** Prints a remark beside the answer, where it does not get into a pipe. */
export function note(terminal: Terminal, line: string): void {
  terminal.stderr.write(`${line}\n`);
}

/** Whether `stream` takes colour: a terminal, unless NO_COLOR or TERM=dumb asks for none. */
export function hasColour(terminal: Terminal, stream: { readonly isTTY?: boolean }): boolean {
  const { NO_COLOR: noColour = "", TERM: kind } = terminal.environment;
  return stream.isTTY === true && noColour === "" && kind !== "dumb";
}

/** `text` in that style on standard output, or as it is where there is no colour. */
export function styled(
  terminal: Terminal,
  style: "bold" | "green" | "red" | "yellow",
  text: string,
): string {
  if (!hasColour(terminal, terminal.stdout)) return text;
  return styleText(style, text, { validateStream: false });
}

/** `text` with everything escaped that could move a terminal's cursor or hide other text. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
