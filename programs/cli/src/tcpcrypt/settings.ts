import type { SettingsSource } from "@countersign/settings";
import { parseSettings } from "@countersign/settings";
import { tcpcryptSettings } from "@countersign/tcpcryptd";
import { readSettingsFile, settingsOrProblems } from "../settings-file.ts";

/** Where plain HTTP is spoken, with whoever can encrypt: nothing breaks, and much is gained. */
const withoutFile = {
  outgoing: [{ ports: [80, 8080], mode: "opportunistic" }],
  incoming: [{ ports: [80, 8080], mode: "opportunistic" }],
};

/** The settings of a file, or those that hold without one. */
export async function readTcpcryptSettings(path: string | undefined): Promise<SettingsSource> {
  if (path !== undefined) return readSettingsFile(path);
  return { name: "settings without a file", text: JSON.stringify(withoutFile, undefined, 2) };
}

/** The folder of the control socket and of what a killed tcpcryptd leaves. */
export async function runtimeFolderOf(path: string | undefined): Promise<string> {
  const file = await readTcpcryptSettings(path);
  return settingsOrProblems(parseSettings(tcpcryptSettings, file)).runtimeFolder;
}
