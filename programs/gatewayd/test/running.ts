import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import type { TestContext } from "node:test";
import { describeProblem, parseSettings } from "@countersign/settings";
import type { ContractSettings } from "@countersign/testing/kit/adapter-visit.ts";
import { pino } from "pino";
import {
  type GatewaySettings,
  gatewaySettings,
  type RunningGateway,
  startGateway,
  type World,
} from "../src/main.ts";

/** A fresh folder that goes with the test. */
export function folderFor(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-gatewayd-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Settings as a file would give them. */
export function settingsFrom(value: object): GatewaySettings {
  const parsed = parseSettings(gatewaySettings, {
    name: "gateway.yaml",
    text: JSON.stringify(value),
  });
  if (!parsed.ok) throw new Error(parsed.problems.map(describeProblem).join("\n"));
  return parsed.settings;
}

/** A world whose log lines are kept, at debug level. */
export function worldIn(baseFolder: string, now: number): World & { readonly lines: string[] } {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { log: pino({ level: "debug" }, sink), now: () => now, baseFolder, lines };
}

/** A gateway to the contract's sites that listens as `listening` says; it stops with the test. */
export async function startFor(
  context: TestContext,
  contract: ContractSettings,
  listening: object,
): Promise<RunningGateway> {
  const folder = folderFor(context);
  writeFileSync(join(folder, "ticket.pub.pem"), contract.publicKey);
  const settings = { keys: [{ file: "ticket.pub.pem" }], sites: contract.sites, ...listening };
  const gateway = await startGateway(settingsFrom(settings), worldIn(folder, contract.now));
  context.after(() => gateway.stop());
  return gateway;
}
