import type { SettingsSource } from "./parse-settings.ts";
import { type Problem, settingName } from "./problem.ts";
import { readSettingsText } from "./settings-text.ts";

/**
 * A problem with the setting at `path` that only the outside world can tell, such as a file that
 * is not there. `expected` reads after the word "expected".
 */
export function settingProblem(
  source: SettingsSource,
  path: readonly PropertyKey[],
  expected: string,
): Problem {
  const text = readSettingsText(source.name, source.text);
  const position = "unreadable" in text ? { line: 1, column: 1 } : text.positionOf(path);
  return { source: source.name, ...position, setting: settingName(path), expected };
}
