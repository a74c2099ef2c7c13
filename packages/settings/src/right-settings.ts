import * as z from "zod";

/**
 * Whether the setting at a path and everything in it is right by itself. One that is left out of a
 * group with an unknown name is not: the name may be a misspelling of it.
 */
export type IsRight = (...path: readonly PropertyKey[]) => boolean;

/** Settings of which some may be wrong: those hold anything, so ask before looking at one. */
export interface PartlyRight<T> {
  readonly settings: T;
  readonly isRight: IsRight;
}

/** What a check across settings works with. */
export interface AcrossSettings {
  readonly isRight: IsRight;
  /** `expected` reads after the word "expected". */
  problem(path: readonly PropertyKey[], expected: string): void;
}

/**
 * A check across the settings of a group, as `group.check(acrossSettings(…))`. It runs also when
 * some are wrong, so that no problem hides another: it asks `isRight` about each that it looks at.
 */
export function acrossSettings<T>(check: (settings: T, across: AcrossSettings) => void) {
  return z.superRefine<T>(
    (settings, context) => {
      const problem = (path: readonly PropertyKey[], message: string) =>
        context.addIssue({ code: "custom", path: [...path], message });
      check(settings, { isRight: rightness(context.issues), problem });
    },
    { when: ({ value }) => isGroup(value) },
  );
}

/** Hands what is known of the settings to `take`, right or wrong, unless they are no group. */
export function watchSettings<T>(take: (settings: PartlyRight<T>) => void) {
  return z.superRefine<T>(
    (settings, context) => take({ settings, isRight: rightness(context.issues) }),
    { when: ({ value }) => isGroup(value) },
  );
}

/** The entries of a list that may be wrong, and then be no list. */
export function entriesOf<T>(list: readonly T[] | undefined): Iterable<readonly [number, T]> {
  return Array.isArray(list) ? (list as readonly T[]).entries() : [];
}

type Issue = z.core.$ZodRawIssue;

/** By the issues of now: what a check itself finds changes nothing for the rest of that check. */
function rightness(issues: readonly Issue[]): IsRight {
  const known = [...issues];
  return (...path) => !known.some((issue) => concerns(issue, path));
}

function concerns(issue: Issue, path: readonly PropertyKey[]): boolean {
  const at = issue.path ?? [];
  const isRelated = at.every((step, index) => index >= path.length || path[index] === step);
  const step = path[at.length];
  if (!isRelated || issue.code !== "unrecognized_keys" || step === undefined) return isRelated;
  return !Object.hasOwn(issue.input as object, step);
}

function isGroup(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
