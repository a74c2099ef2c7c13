import { parseSettings, settingsHelpOf } from "@countersign/settings";
import { TcpcryptdError, tcpcryptSettings } from "@countersign/tcpcryptd";
import type { Command } from "commander";
import { withExamples } from "../examples.ts";
import { settingsOrProblems } from "../settings-file.ts";
import { runInBackground } from "../tcpcrypt/background.ts";
import { runInForeground } from "../tcpcrypt/foreground.ts";
import { readTcpcryptSettings } from "../tcpcrypt/settings.ts";
import type { Terminal } from "../terminal.ts";

/** Defines `countersign tcpcrypt up`. */
export function defineUp(up: Command, terminal: Terminal): void {
  up.description("put tcpcrypt under connections of this machine, until down")
    .option("--config <file>", "the settings, YAML; default: ports 80 and 8080, opportunistic")
    .option("--foreground", "stay, and log to standard error: for systemd and containers")
    .action(async ({ config, foreground }: UpOptions) => {
      if (process.getuid?.() !== 0) throw new TcpcryptdError("not-root");
      const file = await readTcpcryptSettings(config);
      const settings = settingsOrProblems(parseSettings(tcpcryptSettings, file));
      if (foreground) await runInForeground(terminal, settings);
      else await runInBackground(terminal, settings, config);
    });
  withExamples(up, [
    "countersign tcpcrypt up",
    "countersign tcpcrypt up --config tcpcrypt.yaml --foreground",
  ]).addHelpText(
    "after",
    () =>
      "\nOpportunistic connections are encrypted when the other side can, which keeps listeners out\n" +
      "but nobody who changes what is sent. SIGTERM stops, a second one at once; ports whose mode\n" +
      "is required then stay closed until up or down.\n" +
      `\nSettings:\n${settingsHelpOf(tcpcryptSettings)}`,
  );
}

interface UpOptions {
  readonly config?: string;
  readonly foreground?: true;
}
