import { constants } from "node:os";
import { describeProblem, type ParsedSettings, type SettingsSource } from "@countersign/settings";
import type { EpochSeconds } from "@countersign/ticket";
import { destination, type Logger, pino } from "pino";
import { expectedFailure } from "./command-error.ts";
import { type SettingsFile, settingsOrProblems } from "./settings-file.ts";
import { note, type Terminal } from "./terminal.ts";

/** What a program is given of the world. */
export interface World {
  readonly log: Logger;
  readonly now: () => EpochSeconds;
  /** Relative paths in the settings start here. */
  readonly baseFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A program that runs. */
interface Running<T> {
  readonly addresses: readonly string[];
  /** Takes on new settings all at once, or throws and keeps the old ones. */
  reload(settings: T): Promise<void>;
  stop(): Promise<void>;
}

/** A program that can be run from settings. */
export interface Served<T> {
  readonly name: string;
  parse(source: SettingsSource): ParsedSettings<T>;
  start(settings: T, world: World): Promise<Running<T>>;
}

/**
 * Runs a program until SIGTERM or SIGINT asks it to stop; a second one does not wait for requests
 * under way. SIGHUP reads the settings again.
 *
 * @throws {CommandError} when the settings cannot be read or have problems.
 */
export async function serve<T>(
  terminal: Terminal,
  read: () => Promise<SettingsFile>,
  { name, parse, start }: Served<T>,
): Promise<void> {
  const file = await read();
  const settings = settingsOrProblems(parse(file));
  const stopAsked = watchStopSignals(terminal);
  // The log goes to standard error: standard output may carry the audit log.
  const log = pino({ name, base: null }, destination({ fd: 2, sync: true }));
  const { environment } = terminal;
  const world = { log, now: () => terminal.now(), baseFolder: file.folder, environment };
  const started = start(settings, world);
  watchReloadSignal(terminal, log, async () => {
    const parsed = parse(await read());
    if (!parsed.ok) return parsed.problems.map(describeProblem);
    await (await started).reload(parsed.settings);
    return [];
  });
  const running = await started;
  log.info({ addresses: running.addresses }, "listening");
  if (terminal.stderr.isTTY) {
    note(terminal, `countersign ${name}: ${running.addresses.join(", ")} (Ctrl-C stops it)`);
  }
  const signal = await stopAsked;
  log.info({ signal }, "stopping");
  await running.stop();
  log.info("stopped");
}

type StopSignal = "SIGINT" | "SIGTERM";

/** A signal to a whole process group also arrives by way of the launcher, a little later. */
const echoMilliseconds = 500;

/**
 * Resolves when SIGTERM or SIGINT asks to stop. Another one half a second later or more ends the
 * process at once; sooner, it is taken for the first one's echo.
 */
export function watchStopSignals(terminal: Terminal): Promise<StopSignal> {
  return new Promise((resolve) => {
    let askedAt: number | undefined;
    for (const signal of ["SIGINT", "SIGTERM"] satisfies StopSignal[]) {
      terminal.onSignal(signal, () => {
        const at = performance.now();
        askedAt ??= at;
        if (at - askedAt >= echoMilliseconds) terminal.exitNow(128 + constants.signals[signal]);
        resolve(signal);
      });
    }
  });
}

/** `reload` gives what is wrong with the new settings, if anything is. */
function watchReloadSignal(
  terminal: Terminal,
  log: Logger,
  reload: () => Promise<readonly string[]>,
): void {
  // One reload after the other, so that the file read last is the one in force.
  let last: Promise<void> = Promise.resolve();
  terminal.onSignal("SIGHUP", () => {
    last = last.then(async () => {
      try {
        const problems = await reload();
        if (problems.length === 0) log.info("reloaded");
        else log.error({ problems }, "not reloaded: the old settings stay in force");
      } catch (error) {
        const reason = expectedFailure(error);
        const problems = reason === undefined ? undefined : [reason];
        const err = reason === undefined ? error : undefined;
        log.error({ problems, err }, "not reloaded: the old settings stay in force");
      }
    });
  });
}
