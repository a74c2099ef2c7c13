import { resolve } from "node:path";
import { createTcpcryptClient } from "@countersign/tcpcrypt-client";
import type { BoundedWarnings } from "../bounded-warnings.ts";
import type { GatewaySettings } from "../settings.ts";
import { createSessionIds, type SessionIds } from "./session-ids.ts";

/** What the settings say of session IDs; connects when the first one is asked for. */
export function openSessionIds(
  settings: GatewaySettings["tcpcrypt"],
  baseFolder: string,
  warnings: BoundedWarnings,
): SessionIds | undefined {
  if (settings === undefined) return undefined;
  const socketPath = resolve(baseFolder, settings.socket);
  const client = createTcpcryptClient({ socketPath, timeoutMs: settings.timeoutMilliseconds });
  return createSessionIds(client, warnings);
}
