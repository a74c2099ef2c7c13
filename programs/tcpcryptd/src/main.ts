import type { TcpcryptSettings } from "./settings/settings.ts";
import { thisKernel } from "./supervisor/kernel-parts.ts";
import { thisMachine } from "./supervisor/machine/machine.ts";
import { type CleanedUp, cleanUpWith } from "./supervisor/previous.ts";
import { isRequiredLeft } from "./supervisor/rules/rules.ts";
import { type RunningTcpcryptd, superviseTcpcrypt } from "./supervisor/supervisor.ts";
import type { World } from "./supervisor/world.ts";

export type { Status } from "./control/protocol.ts";
export { type TcpcryptSettings, tcpcryptSettings } from "./settings/settings.ts";
export type { CleanedUp } from "./supervisor/previous.ts";
export type { RunningTcpcryptd } from "./supervisor/supervisor.ts";
export {
  TcpcryptdError,
  type TcpcryptdErrorCode,
  tcpcryptdErrorTexts,
} from "./supervisor/tcpcryptd-error.ts";
export type { Log, World } from "./supervisor/world.ts";
export type { ConnectionReport, WorkerCounts } from "./worker/messages.ts";

/**
 * Starts tcpcryptd; resolves when its rules are in force. When anything fails, all is undone again.
 *
 * @throws {TcpcryptdError}
 */
export function startTcpcryptd(
  settings: TcpcryptSettings,
  world: World,
): Promise<RunningTcpcryptd> {
  return superviseTcpcrypt(settings, { ...world, machine: thisMachine, kernel: thisKernel() });
}

/**
 * For `down` when no tcpcryptd answers: undoes what one that was killed left, and opens what stayed
 * closed.
 *
 * @throws {TcpcryptdError} `already-running` or `bad-journal`
 */
export function cleanUp(runtimeFolder: string): Promise<CleanedUp> {
  return cleanUpWith(thisMachine, runtimeFolder);
}

/** For `status` when no tcpcryptd answers: whether required ports are closed until it is back. */
export function areRequiredPortsClosed(): boolean {
  return isRequiredLeft(thisMachine);
}
