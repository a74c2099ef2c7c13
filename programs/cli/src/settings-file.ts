import { dirname, resolve } from "node:path";
import {
  describeProblem,
  type ParsedSettings,
  type Problem,
  type SettingsSource,
  settingProblem,
} from "@countersign/settings";
import { CommandError } from "./command-error.ts";
import { readFileBounded } from "./read-bounded.ts";

// More than any settings file that the parser takes, so that the parser says what is too much.
const maxBytes = 2_097_152;

/** A settings file that was read. */
export interface SettingsFile extends SettingsSource {
  /** The folder at which the relative paths in it start. */
  readonly folder: string;
}

/** @throws {CommandError} `missing-file` or `too-large`. */
export async function readSettingsFile(path: string): Promise<SettingsFile> {
  const { text } = await readFileBounded(path, maxBytes);
  return { name: path, text, folder: dirname(resolve(path)) };
}

/**
 * The settings.
 *
 * @throws {CommandError} `bad-settings` with all problems, one on each line.
 */
export function settingsOrProblems<T>(parsed: ParsedSettings<T>): T {
  if (parsed.ok) return parsed.settings;
  const lines = parsed.problems.map((problem) => `  ${describeProblem(problem)}`);
  throw new CommandError("bad-settings", `the settings have problems:\n${lines.join("\n")}`);
}

/** The problem with the setting at `path`, if something else is expected there. */
export function problemsAt(
  file: SettingsFile,
  path: readonly PropertyKey[],
  expected: string | undefined,
): readonly Problem[] {
  return expected === undefined ? [] : [settingProblem(file, path, expected)];
}
