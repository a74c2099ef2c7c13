import { type TcpcryptSettings, tcpcryptSettings } from "../../src/settings/settings.ts";

/** Checked settings, as a file would give them. */
export function settingsFrom(value: object): TcpcryptSettings {
  return tcpcryptSettings.parse(value);
}
