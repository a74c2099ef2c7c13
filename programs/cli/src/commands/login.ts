import { loginSettings, startLogin } from "@countersign/login";
import { parseSettings, settingsHelpOf } from "@countersign/settings";
import type { Command } from "commander";
import { withExamples } from "../examples.ts";
import { serve } from "../serve.ts";
import { readSettingsFile } from "../settings-file.ts";
import type { Terminal } from "../terminal.ts";

/** Defines `countersign login`. */
export function defineLogin(login: Command, terminal: Terminal): void {
  login
    .requiredOption("--config <file>", "the settings, YAML")
    .action(({ config }: { readonly config: string }) =>
      serve(terminal, () => readSettingsFile(config), {
        name: "login",
        parse: (source) => parseSettings(loginSettings, source),
        start: startLogin,
      }),
    );
  withExamples(login, ["countersign login --config login.yaml"]).addHelpText(
    "after",
    () =>
      "\nSIGHUP reads the settings again; SIGTERM stops, a second one at once.\n" +
      `\nSettings:\n${settingsHelpOf(loginSettings)}`,
  );
}
