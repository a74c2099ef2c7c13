import type * as z from "zod";
import { alternatives, expectedBy } from "./expected.ts";
import { inputSchemaOf, knownNames, partsAt, type SchemaPart } from "./known-settings.ts";
import { nearest } from "./nearest.ts";
import { typeOf } from "./outline.ts";
import { byPosition, type Problem, settingName } from "./problem.ts";
import { type PartlyRight, watchSettings } from "./right-settings.ts";
import { readSettingsText, type SettingsText } from "./settings-text.ts";

/** A text of settings and the name by which problems speak of it. */
export interface SettingsSource {
  readonly name: string;
  readonly text: string;
}

/**
 * Typed settings, or everything that is wrong, in the order of the file; then also what is right
 * all the same, unless the file is no group of settings at all.
 */
export type ParsedSettings<T> =
  | { readonly ok: true; readonly settings: T }
  | {
      readonly ok: false;
      readonly problems: readonly Problem[];
      readonly partlyRight: PartlyRight<T> | undefined;
    };

/**
 * Turns YAML into settings, or into all of its problems at once.
 *
 * Groups must be `z.strictObject`, so that unknown names are problems. A schema's own messages
 * are phrases that read after the word "expected" (`z.string().min(1, "a host name")`). Checks
 * across settings are {@link acrossSettings}, so that they run whatever else is wrong.
 */
export function parseSettings<S extends z.ZodType>(
  schema: S,
  source: SettingsSource,
): ParsedSettings<z.output<S>> {
  const text = readSettingsText(source.name, source.text);
  if ("unreadable" in text) {
    return { ok: false, problems: text.unreadable, partlyRight: undefined };
  }
  let partlyRight: PartlyRight<z.output<S>> | undefined;
  const watched = schema.check(
    watchSettings<z.output<S>>((seen) => {
      partlyRight = seen;
    }),
  );
  const parsed = watched.safeParse(text.value, { error: expectedBy });
  if (parsed.success && text.problems.length === 0) return { ok: true, settings: parsed.data };
  const reader: Reader = { source: source.name, text, known: inputSchemaOf(schema) };
  const issues = parsed.success ? [] : parsed.error.issues;
  const found = issues.flatMap((issue) => problemsOf(issue, [], reader));
  return { ok: false, problems: [...text.problems, ...found].sort(byPosition), partlyRight };
}

interface Reader {
  readonly source: string;
  readonly text: SettingsText;
  readonly known: SchemaPart;
}

type Issue = z.core.$ZodIssue;

function problemsOf(issue: Issue, around: readonly PropertyKey[], reader: Reader): Problem[] {
  const path = [...around, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownSetting(path, key, reader));
  }
  if (issue.code === "invalid_union") {
    const form = intendedForm(issue.errors);
    if (form !== undefined) return form.flatMap((inner) => problemsOf(inner, path, reader));
  }
  const missing = issue.code !== "custom" && !reader.text.has(path);
  return [
    {
      source: reader.source,
      ...reader.text.positionOf(path),
      setting: settingName(path),
      expected: missing ? requiredSetting(path, reader) : issue.message,
    },
  ];
}

function requiredSetting(path: readonly PropertyKey[], reader: Reader): string {
  const types = partsAt(reader.known, path).map(typeOf);
  return `this setting, which is required (${alternatives([...new Set(types)])})`;
}

/**
 * Of several allowed forms, the one form that the author evidently meant: the only one whose own
 * kind of value and whose names are right, so that only something inside it is wrong.
 */
function intendedForm(forms: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const meant = forms.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 && issue.code !== "unrecognized_keys"),
  );
  return meant.length === 1 ? meant[0] : undefined;
}

function unknownSetting(path: readonly PropertyKey[], key: string, reader: Reader): Problem {
  const names = knownNames(reader.known, path);
  const meant = nearest(key, names);
  const listed = names.length > 0 ? ` (${names.join(", ")})` : "";
  return {
    source: reader.source,
    ...reader.text.positionOfKey(path, key),
    setting: settingName([...path, key]),
    expected: `a known setting${meant === undefined ? listed : `; did you mean "${meant}"?`}`,
  };
}
