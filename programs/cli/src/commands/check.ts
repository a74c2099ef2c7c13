import { basename } from "node:path";
import { type GatewaySettings, gatewaySettings } from "@countersign/gatewayd";
import { type LoginSettings, loginSettings } from "@countersign/login";
import {
  byPosition,
  describeProblem,
  type ParsedSettings,
  type PartlyRight,
  type Problem,
  parseSettings,
  recogniseSettings,
} from "@countersign/settings";
import type { Command } from "commander";
import { CommandError } from "../command-error.ts";
import { withExamples } from "../examples.ts";
import { exitCodes } from "../exit-code.ts";
import { gatewayNotes } from "../gateway-notes.ts";
import { failedTests } from "../gateway-tests.ts";
import { mismatches, type Sound } from "../mismatches.ts";
import { collect } from "../option-values.ts";
import { gatewayOutsideProblems, loginOutsideProblems } from "../outside-problems.ts";
import { readSettingsFile, type SettingsFile } from "../settings-file.ts";
import { say, sayJson, styled, type Terminal } from "../terminal.ts";

/** Defines `countersign check`. */
export function defineCheck(check: Command, terminal: Terminal): void {
  check
    .argument("[file...]", "settings files; each is recognised by its name or its settings")
    .option("--login <file>", "settings of a login server; may be repeated", collect)
    .option("--gateway <file>", "settings of a gateway; may be repeated", collect)
    .option("--json", "print JSON")
    .action((files: readonly string[], options: CheckOptions) =>
      checkAll(terminal, files, options),
    );
  withExamples(check, [
    "countersign check login.yaml gateway.yaml",
    "countersign check --login /etc/countersign/sso.yaml",
  ]).addHelpText(
    "after",
    "\nFinds everything that is wrong at once, each with file, line and column. Also reads the\n" +
      "keys that the settings name, looks at who else can, and at the folders of sockets and logs,\n" +
      "and tries out the `tests` of a gateway. Of a login server and a gateway that are checked\n" +
      "together, it finds what does not fit: keys, sites, addresses and the cookie's name.\n" +
      "Exit code 2 if anything is wrong; notes are no problems.",
  );
}

interface CheckOptions {
  readonly login?: readonly string[];
  readonly gateway?: readonly string[];
  readonly json?: true;
}

type Kind = "login" | "gateway";

interface Checked {
  readonly file: string;
  /** `undefined` for a file that cannot be told or read. */
  readonly kind: Kind | undefined;
  readonly problems: readonly Problem[];
  readonly notes: readonly Problem[];
}

/** What a file alone shows, and its settings where they are right in themselves. */
interface Findings extends Pick<Checked, "problems" | "notes"> {
  readonly login?: Sound<LoginSettings>;
  readonly gateway?: Sound<GatewaySettings>;
}

const checks: Record<Kind, (file: SettingsFile, terminal: Terminal) => Promise<Findings>> = {
  login: async (file, { environment }) => {
    const parsed = parseSettings(loginSettings, file);
    const problems = await problemsOf(parsed, (settings) =>
      loginOutsideProblems(settings, file, environment),
    );
    const login = parsed.ok ? { login: { settings: parsed.settings, file } } : {};
    return { problems, notes: [], ...login };
  },
  gateway: async (file, terminal) => {
    const parsed = parseSettings(gatewaySettings, file);
    const problems = await problemsOf(parsed, (settings) =>
      gatewayOutsideProblems(settings, file, terminal.environment),
    );
    if (!parsed.ok) return { problems, notes: [] };
    const { settings } = parsed;
    const failed = await failedTests(settings, file, terminal.now());
    const notes = gatewayNotes(settings, file);
    return { problems: [...problems, ...failed], notes, gateway: { settings, file } };
  },
};

async function problemsOf<T>(
  parsed: ParsedSettings<T>,
  outsideProblems: (settings: PartlyRight<T>) => Promise<readonly Problem[]>,
): Promise<readonly Problem[]> {
  const { problems, partlyRight } = parsed.ok
    ? { problems: [], partlyRight: { settings: parsed.settings, isRight: () => true } }
    : parsed;
  const outside = partlyRight === undefined ? [] : await outsideProblems(partlyRight);
  return [...problems, ...outside];
}

async function checkAll(
  terminal: Terminal,
  files: readonly string[],
  options: CheckOptions,
): Promise<void> {
  const wanted = [
    ...(options.login ?? []).map((path) => ({ path, kind: "login" as const })),
    ...(options.gateway ?? []).map((path) => ({ path, kind: "gateway" as const })),
    ...files.map((path) => ({ path, kind: undefined })),
  ];
  if (wanted.length === 0) throw new CommandError("wrong-usage", "name the files to check");
  const alone: (Checked & Findings)[] = [];
  for (const { path, kind } of wanted) alone.push(await checkOne(terminal, path, kind));
  const checked = await withMismatches(alone, terminal);
  print(terminal, checked, options.json === true);
  const isFine = checked.every(({ problems }) => problems.length === 0);
  terminal.exitWith(isFine ? exitCodes.yes : exitCodes.unusable);
}

/** Adds to each file what does not fit those of the other kind. */
async function withMismatches(
  checked: readonly (Checked & Findings)[],
  { environment }: Terminal,
): Promise<readonly Checked[]> {
  const logins = checked.flatMap(({ login }) => login ?? []);
  const gateways = checked.flatMap(({ gateway }) => gateway ?? []);
  const found = await mismatches({ logins, gateways, environment });
  return checked.map(({ file, kind, problems, notes }) => {
    const here = found.filter(({ source }) => source === file);
    return { file, kind, problems: [...problems, ...here].sort(byPosition), notes };
  });
}

async function checkOne(
  terminal: Terminal,
  path: string,
  given: Kind | undefined,
): Promise<Checked & Findings> {
  const asAWhole = (expected: string): readonly Problem[] => [
    { source: path, line: 1, column: 1, setting: "", expected },
  ];
  try {
    const file = await readSettingsFile(path);
    const kind = given ?? kindOf(file);
    if (kind !== undefined) return { file: path, kind, ...(await checks[kind](file, terminal)) };
    const problems = unreadableProblems(file) ?? asAWhole(unknownKind);
    return { file: path, kind, problems, notes: [] };
  } catch (error) {
    // One file that cannot be read hides nothing about the others.
    if (!(error instanceof CommandError)) throw error;
    const problems = asAWhole(`a settings file, but ${error.message}`);
    return { file: path, kind: given, problems, notes: [] };
  }
}

const unknownKind =
  "settings of a login server or a gateway: say which with --login FILE or --gateway FILE";

/** What is wrong with a text that would be settings of no program. */
function unreadableProblems(file: SettingsFile): readonly Problem[] | undefined {
  const parsed = parseSettings(loginSettings, file);
  return parsed.ok || parsed.partlyRight !== undefined ? undefined : parsed.problems;
}

function kindOf({ name, text }: SettingsFile): Kind | undefined {
  return (
    recogniseSettings(text, { login: loginSettings, gateway: gatewaySettings }) ??
    (/^(login|gateway)\b.*\.ya?ml$/.exec(basename(name))?.[1] as Kind | undefined)
  );
}

function print(terminal: Terminal, checked: readonly Checked[], json: boolean): void {
  if (json) {
    sayJson(terminal, {
      ok: checked.every(({ problems }) => problems.length === 0),
      files: checked,
    });
    return;
  }
  for (const { file, kind, problems, notes } of checked) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const verdict =
      problems.length === 0 ? styled(terminal, "green", "ok") : styled(terminal, "red", count);
    const what = kind === undefined ? file : `${file} (${kind})`;
    say(terminal, `${what}: ${verdict}`);
    for (const problem of problems) say(terminal, `  ${describeProblem(problem)}`);
    for (const problem of notes) say(terminal, `  note: ${describeProblem(problem)}`);
  }
}
