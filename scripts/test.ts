// `npm test`: every check and every suite. `npm run test:unit`: what needs nothing but npm.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { installDebianPackages } from "./debian/install.ts";
import { installNode, newestNode, oldestNode } from "./nodes/other-nodes.ts";
import { type Outcome, type Run, runSuite } from "./suites/run.ts";
import {
  fullSuites,
  orphans,
  packagesSuite,
  programsSuite,
  type Suite,
  unitSuite,
} from "./suites/suites.ts";

const root = join(import.meta.dirname, "..");
const stop = new AbortController();
const run: Run = {
  root,
  node: process.execPath,
  patienceSeconds: 30,
  write: (report) => process.stdout.write(report),
  signal: stop.signal,
};
const nothing: Outcome = { passed: 0, failed: 0, skipped: 0, problems: [] };
const outcomes = new Map<string, Outcome & { readonly seconds: number }>();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => stop.abort(new Error(`ended by ${signal}`)));
}

const [only, ...others] = process.argv.slice(2);
if (others.length > 0 || (only !== undefined && only !== "unit")) {
  process.stderr.write("usage: npm test, or npm run test:unit\n");
  process.exitCode = 2;
} else {
  await (only === "unit" ? suiteStep(unitSuite) : everything());
  summarize();
}

async function everything(): Promise<void> {
  await step("checks", check);
  const debian = await step("Debian packages", async () => {
    await installDebianPackages();
    return nothing;
  });
  await step("every test file belongs to a suite", async () => ({
    ...nothing,
    problems: orphans([unitSuite, ...fullSuites], root).map((file) => `no suite runs ${file}`),
  }));
  await suiteStep(unitSuite);
  for (const node of [oldestNode, newestNode]) {
    await suiteStep(packagesSuite, () => installNode(node), ` on Node ${node.version}`);
  }
  await suiteStep(programsSuite, () => installNode(newestNode), ` on Node ${newestNode.version}`);
  for (const suite of fullSuites) {
    if (!suite.needsDebianPackages || isGood(debian)) await suiteStep(suite);
    else note(suite.name, { ...nothing, problems: ["not run: Debian packages are missing"] });
  }
}

function suiteStep(suite: Suite, node = () => run.node, where = ""): Promise<Outcome> {
  return step(`${suite.name}${where}`, async () => runSuite(suite, { ...run, node: node() }));
}

/** Runs one part under a heading. Its failure does not keep the others from running. */
async function step(name: string, work: () => Promise<Outcome>): Promise<Outcome> {
  if (stop.signal.aborted) return note(name, { ...nothing, problems: ["not run: interrupted"] });
  process.stdout.write(`\n━━ ${name} ━━\n`);
  const start = performance.now();
  const outcome = await work().catch((error: unknown) => {
    const problem = error instanceof Error ? error.message : String(error);
    return { ...nothing, problems: [problem] };
  });
  for (const problem of outcome.problems) process.stdout.write(`✖ ${problem}\n`);
  return note(name, outcome, performance.now() - start);
}

function note(name: string, outcome: Outcome, milliseconds = 0): Outcome {
  outcomes.set(name, { ...outcome, seconds: Math.round(milliseconds / 1000) });
  return outcome;
}

async function check(): Promise<Outcome> {
  const args = [join(import.meta.dirname, "check.ts")];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  return { ...nothing, problems: status === 0 ? [] : ["checks failed"] };
}

function isGood({ failed, problems }: Outcome): boolean {
  return failed === 0 && problems.length === 0;
}

/** One line for each part, then one for all, which also says what the exit code says. */
function summarize(): void {
  process.stdout.write("\n━━ summary ━━\n");
  for (const [name, outcome] of outcomes) {
    const { passed, failed, skipped, problems, seconds } = outcome;
    const left = skipped > 0 ? `, ${skipped} skipped` : "";
    const counts = passed + failed > 0 ? `: ${passed} passed, ${failed} failed${left}` : "";
    process.stdout.write(`${isGood(outcome) ? "✔" : "✖"} ${name}${counts} (${seconds} s)\n`);
    for (const problem of problems) process.stdout.write(`    ${problem.split("\n")[0]}\n`);
  }
  const all = [...outcomes.values()];
  const passed = all.reduce((sum, outcome) => sum + outcome.passed, 0);
  const failed = all.reduce((sum, outcome) => sum + outcome.failed, 0);
  // A part that failed without a failed test (a check, an installation) counts as one.
  const broken = all.filter((outcome) => outcome.failed === 0 && !isGood(outcome)).length;
  process.stdout.write(`${passed} passed, ${failed + broken} failed\n`);
  process.exitCode = failed + broken === 0 ? 0 : 1;
}
