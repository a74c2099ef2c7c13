import { resolve } from "node:path";
import type { BoundedWarnings } from "../bounded-warnings.ts";
import type { GatewaySettings } from "../settings.ts";
import { askDaemon } from "./ask-daemon.ts";
import { createSessionIds, type SessionIds } from "./session-ids.ts";

/** What the settings say of session IDs; connects when the first one is asked for. */
export function openSessionIds(
  settings: GatewaySettings["tcpcrypt"],
  baseFolder: string,
  warnings: BoundedWarnings,
): SessionIds | undefined {
  if (settings === undefined) return undefined;
  const socket = resolve(baseFolder, settings.socket);
  return createSessionIds(askDaemon(socket, settings.timeoutMilliseconds), socket, warnings);
}
