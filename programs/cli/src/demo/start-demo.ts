import type { Server } from "node:http";
import { gatewaySettings, startGateway } from "@countersign/gatewayd";
import { loginSettings, startLogin } from "@countersign/login";
import { parseSettings } from "@countersign/settings";
import type { EpochSeconds } from "@countersign/ticket";
import type { Logger } from "pino";
import { settingsOrProblems } from "../settings-file.ts";
import type { Journal } from "./journal.ts";
import type { DemoPlan, DemoSite } from "./plan.ts";
import { createRenewals } from "./renewals.ts";
import { files, gatewayYaml, loginYaml } from "./settings-texts.ts";
import { createSite } from "./site.ts";
import type { DemoState } from "./state.ts";

/** What the demo is given of the world. */
export interface DemoWorld {
  readonly log: Logger;
  readonly now: () => EpochSeconds;
  readonly journal: Journal;
}

/**
 * Starts login server, gateway and sites; gives what stops them all. When one of them cannot
 * start, nothing is left running.
 */
export async function startDemo(
  plan: DemoPlan,
  { publicKey }: DemoState,
  { log, now, journal }: DemoWorld,
): Promise<() => Promise<void>> {
  const world = { log, now, baseFolder: plan.folder, environment: {} };
  const auditOutput = { write: (line: string) => journal.audit(line) };
  const renewals = createRenewals();
  const starts = [
    () => startLogin(loginSettingsOf(plan), { ...world, auditOutput }),
    () => startGateway(gatewaySettingsOf(plan), world),
    ...plan.sites.map((site) => () => {
      const report = journal.visit;
      return startSite(site, createSite(plan, site, { publicKey, renewals, now, report }));
    }),
  ];
  const running: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    await Promise.all(running.map((part) => part.stop()));
  };
  try {
    for (const start of starts) running.push(await start());
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

function loginSettingsOf(plan: DemoPlan) {
  return settingsOrProblems(
    parseSettings(loginSettings, { name: files.login, text: loginYaml(plan) }),
  );
}

function gatewaySettingsOf(plan: DemoPlan) {
  return settingsOrProblems(
    parseSettings(gatewaySettings, { name: files.gateway, text: gatewayYaml(plan) }),
  );
}

const stopsWithinMs = 1_000;

function startSite(site: DemoSite, server: Server): Promise<{ stop(): Promise<void> }> {
  const stop = () =>
    new Promise<void>((resolve) => {
      // Closes idle connections by itself; the others get a moment for their answers.
      server.close(() => resolve());
      setTimeout(() => server.closeAllConnections(), stopsWithinMs).unref();
    });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(site.port, "127.0.0.1", () => resolve({ stop }));
  });
}
