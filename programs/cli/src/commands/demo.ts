import { type Command, InvalidArgumentError } from "commander";
import { destination, pino } from "pino";
import { announcement } from "../demo/announcement.ts";
import { createJournal } from "../demo/journal.ts";
import { planDemo, portCount } from "../demo/plan.ts";
import { requireFreePorts } from "../demo/ports.ts";
import { startDemo } from "../demo/start-demo.ts";
import { prepareState } from "../demo/state.ts";
import { withExamples } from "../examples.ts";
import { newPassword } from "../password.ts";
import { watchStopSignals } from "../serve.ts";
import { say, type Terminal } from "../terminal.ts";

/** Defines `countersign demo`. */
export function defineDemo(demo: Command, terminal: Terminal): void {
  demo
    .option("--port <number>", `the first of ${portCount} ports in a row`, parseFirstPort, 8400)
    .option("--data <folder>", "where keys, users and settings stay between runs", "data")
    .action((options: DemoOptions) => runDemo(terminal, options));
  withExamples(demo, ["countersign demo", "countersign demo --port 9400 --data /tmp/demo"]);
}

interface DemoOptions {
  readonly port: number;
  readonly data: string;
}

async function runDemo(terminal: Terminal, { port, data }: DemoOptions): Promise<void> {
  const stopAsked = watchStopSignals(terminal);
  const now = () => terminal.now();
  const plan = planDemo(port, data);
  await requireFreePorts(plan);
  const state = await prepareState(plan, {
    makePassword: async () => (await newPassword(terminal, { generate: true })).password,
    now,
  });
  // What goes well is told by the journal, in words.
  const log = pino({ base: null, level: "warn" }, destination({ fd: 2, sync: true }));
  const journal = createJournal(terminal);
  const stop = await startDemo(plan, state, { log, now, journal });
  say(terminal, announcement(terminal, plan, state));
  await stopAsked;
  await stop();
  say(terminal, `\n  Stopped. Keys and users are kept in ${data}/.`);
}

const maxPort = 65_535;

function parseFirstPort(text: string): number {
  const port = Number(text);
  const last = maxPort - portCount + 1;
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= last) return port;
  throw new InvalidArgumentError(`Expected a port from 1 to ${last}.`);
}
