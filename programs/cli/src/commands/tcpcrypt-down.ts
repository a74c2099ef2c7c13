import { setTimeout as pause } from "node:timers/promises";
import { createTcpcryptClient, TcpcryptClientError } from "@countersign/tcpcrypt-client";
import { type CleanedUp, cleanUp, TcpcryptdError } from "@countersign/tcpcryptd";
import type { Command } from "commander";
import { withExamples } from "../examples.ts";
import { exitCodes } from "../exit-code.ts";
import { socketIn } from "../tcpcrypt/control-socket.ts";
import { runtimeFolderOf } from "../tcpcrypt/settings.ts";
import { note, say, type Terminal } from "../terminal.ts";

/** Defines `countersign tcpcrypt down`. */
export function defineDown(down: Command, terminal: Terminal): void {
  down
    .description("end tcpcryptd, or clean up after one that was killed; nothing is left of it")
    .option("--config <file>", "the settings it was started with")
    .action(({ config }: { readonly config?: string }) => takeDown(terminal, config));
  withExamples(down, ["countersign tcpcrypt down"]).addHelpText(
    "after",
    "\nConnections may go on for a while (drainSeconds in the settings), and are then reset. Ports\n" +
      "whose mode is required are opened. Exit code 1 when something could not be undone.",
  );
}

async function takeDown(terminal: Terminal, config: string | undefined): Promise<void> {
  if (process.getuid?.() !== 0) throw new TcpcryptdError("not-root");
  const runtimeFolder = await runtimeFolderOf(config);
  const pid = await stop(terminal, socketIn(runtimeFolder));
  const cleaned = await cleanUp(runtimeFolder);
  for (const line of resultLines(pid, cleaned)) say(terminal, line);
  for (const problem of cleaned.problems) note(terminal, `countersign: not undone: ${problem}`);
  if (cleaned.problems.length > 0) terminal.exitWith(exitCodes.refused);
}

/** Asks tcpcryptd to end, and waits until it has; `undefined`: there was none that answers. */
async function stop(terminal: Terminal, socketPath: string): Promise<number | undefined> {
  const client = createTcpcryptClient({ socketPath, timeoutMs });
  try {
    const { pid, workers } = await client.status();
    await client.stop();
    const open = workers.reduce((sum, { counts }) => sum + openOf(counts?.open), 0);
    if (open > 0) note(terminal, `waiting for ${open} open connections to end`);
    while (isAlive(pid)) await pause(asksEachMs);
    return pid;
  } catch (error) {
    const isGone = error instanceof TcpcryptClientError && error.code === "unreachable";
    if (isGone) return undefined;
    throw error;
  } finally {
    client.close();
  }
}

const asksEachMs = 50;
/** One that hangs is ended by its watchdog long before. */
const timeoutMs = 10_000;

function openOf(open: { encrypted: number; plain: number; opening: number } | undefined): number {
  return open === undefined ? 0 : open.encrypted + open.plain + open.opening;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function resultLines(pid: number | undefined, { undone, opened }: CleanedUp): readonly string[] {
  const lines = [
    ...(pid === undefined
      ? []
      : [`tcpcryptd (process ${pid}) has ended, and has undone its changes`]),
    ...(undone ? ["undone: what a tcpcryptd that was killed had left"] : []),
    ...(opened ? ["opened: ports that had stayed closed, since their mode is required"] : []),
  ];
  return lines.length > 0 ? lines : ["tcpcryptd does not run here, and has left nothing"];
}
