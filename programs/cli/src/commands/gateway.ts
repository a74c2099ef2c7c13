import { gatewaySettings, startGateway } from "@countersign/gatewayd";
import { parseSettings, settingsHelpOf } from "@countersign/settings";
import type { Command } from "commander";
import { withExamples } from "../examples.ts";
import { serve } from "../serve.ts";
import type { Terminal } from "../terminal.ts";

/** Defines `countersign gateway`. */
export function defineGateway(gateway: Command, terminal: Terminal): void {
  gateway
    .requiredOption("--config <file>", "the settings, YAML")
    .action(({ config }: { readonly config: string }) =>
      serve(terminal, config, {
        name: "gateway",
        parse: (source) => parseSettings(gatewaySettings, source),
        start: startGateway,
      }),
    );
  withExamples(gateway, ["countersign gateway --config gateway.yaml"]).addHelpText(
    "after",
    () =>
      "\nSIGHUP reads the settings again; SIGTERM stops, a second one at once.\n" +
      `\nSettings:\n${settingsHelpOf(gatewaySettings)}`,
  );
}
