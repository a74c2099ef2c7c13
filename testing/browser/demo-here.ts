import { join } from "node:path";
import type { DemoPlan } from "countersign/src/demo/plan.ts";
import { startDemo } from "countersign/src/demo/start-demo.ts";
import { prepareState } from "countersign/src/demo/state.ts";
import { planFreeDemo } from "countersign/test/demo-process.ts";
import { atEnd, type Owner } from "../kit/cleanup.ts";
import { createKeptLog } from "../kit/log.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { password } from "./plans.ts";

/** Starts the demo inside this process, by a clock of the test's. */
export async function startDemoHere(owner: Owner, now: () => number): Promise<DemoPlan> {
  const plan = await planFreeDemo(join(temporaryFolder(owner), "data"));
  const state = await prepareState(plan, { now, makePassword: async () => password });
  const journal = { audit: () => {}, visit: () => {} };
  atEnd(owner, await startDemo(plan, state, { log: createKeptLog().logger, now, journal }));
  return plan;
}
