import { gatewaySettings, startGateway } from "@countersign/gatewayd";
import { parseSettings, settingsHelpOf } from "@countersign/settings";
import type { Command } from "commander";
import { withExamples } from "../examples.ts";
import { defineProxyOptions, type ProxyOptions, proxySettingsFrom } from "../proxy-options.ts";
import { serve } from "../serve.ts";
import { readSettingsFile, type SettingsFile } from "../settings-file.ts";
import type { Terminal } from "../terminal.ts";

/** Defines `countersign gateway`. */
export function defineGateway(gateway: Command, terminal: Terminal): void {
  defineProxyOptions(gateway.option("--config <file>", "the settings, YAML")).action(
    (options: ProxyOptions) =>
      serve(terminal, () => readSettings(options), {
        name: "gateway",
        parse: (source) => parseSettings(gatewaySettings, source),
        start: startGateway,
      }),
  );
  withExamples(gateway, [
    "countersign gateway --config gateway.yaml",
    "countersign gateway --proxy http://127.0.0.1:3000 --site http://localhost:8080 \\\n" +
      "    --key ticket.pem.pub --login https://sso.example.com/login",
  ]).addHelpText(
    "after",
    () =>
      "\nSIGHUP reads the settings again; SIGTERM stops, a second one at once.\n" +
      `\nSettings:\n${settingsHelpOf(gatewaySettings)}`,
  );
}

/** Paths on the command line start where the command was given. */
async function readSettings(options: ProxyOptions): Promise<SettingsFile> {
  if (options.config !== undefined) return readSettingsFile(options.config);
  return { ...proxySettingsFrom(options), folder: process.cwd() };
}
