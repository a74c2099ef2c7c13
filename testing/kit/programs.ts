import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { gatewaySettings, startGateway } from "@countersign/gatewayd";
import { loginSettings, startLogin } from "@countersign/login";
import { describeProblem, parseSettings } from "@countersign/settings";
import { atEnd, type Owner } from "./cleanup.ts";
import { createKeptLog } from "./log.ts";

/** A program of ours that runs inside the test. */
export interface RunningProgram {
  /** `http://127.0.0.1:34567` or `unix:/path`. */
  readonly addresses: readonly string[];
  /** What it has logged, and for the login server what it has audited. */
  log(): string;
  /** May be called twice. */
  stop(): Promise<void>;
}

/** What a program reads, and the clock it reads. */
export interface ProgramStart {
  /** Relative paths in it start at its own folder. */
  readonly settingsFile: string;
  readonly now: () => number;
}

/** Starts gatewayd in this process. */
export async function runGateway(owner: Owner, start: ProgramStart): Promise<RunningProgram> {
  const { logger, text } = createKeptLog();
  const world = { log: logger, now: start.now, baseFolder: dirname(start.settingsFile) };
  const settings = readSettings(gatewaySettings, start.settingsFile);
  return owned(owner, await startGateway(settings, world), text);
}

/** Starts the login server in this process. */
export async function runLogin(owner: Owner, start: ProgramStart): Promise<RunningProgram> {
  const { logger, text } = createKeptLog();
  const audited: string[] = [];
  const settings = readSettings(loginSettings, start.settingsFile);
  const running = await startLogin(settings, {
    log: logger,
    now: start.now,
    baseFolder: dirname(start.settingsFile),
    environment: {},
    auditOutput: { write: (line) => void audited.push(line) },
  });
  return owned(owner, running, () => text() + audited.join(""));
}

function readSettings<S extends Parameters<typeof parseSettings>[0]>(schema: S, file: string) {
  const parsed = parseSettings(schema, { name: file, text: readFileSync(file, "utf8") });
  if (!parsed.ok) throw new Error(parsed.problems.map(describeProblem).join("\n"));
  return parsed.settings;
}

function owned(
  owner: Owner,
  running: { readonly addresses: readonly string[]; stop(): Promise<void> },
  log: () => string,
): RunningProgram {
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= running.stop();
    return stopping;
  };
  atEnd(owner, stop);
  return { addresses: running.addresses, log, stop };
}
