import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { freeLoopbackPort } from "@countersign/testing/kit/loopback-port.ts";
import { type DemoPlan, planDemo } from "../src/demo/plan.ts";
import { requireFreePorts } from "../src/demo/ports.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const timeout = 60_000;

/** A demo that runs in its own process. */
export interface RunningDemo extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Everything it has printed so far. */
  printed(): string;
  /** The exit code, once it has ended. */
  readonly ended: Promise<number | null>;
}

/** Starts the real command and waits until it says that everything runs. */
export async function startDemoProcess(plan: DemoPlan): Promise<RunningDemo> {
  const args = ["demo", "--port", String(plan.login.port), "--data", plan.folder];
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH },
    stdio: ["ignore", "pipe", "pipe"],
    timeout,
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  let printed = "";
  const running = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
        if (printed.includes("Ctrl-C")) resolve();
      });
    }
    ended.then((code) => reject(new Error(`the demo ended with ${code}:\n${printed}`)));
  });
  await running;
  return {
    child,
    ended,
    printed: () => printed,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** A plan whose ports are free at the moment. */
export async function planFreeDemo(folder: string): Promise<DemoPlan> {
  for (let attempt = 0; ; attempt += 1) {
    const plan = planDemo(await freeLoopbackPort(), folder);
    try {
      await requireFreePorts(plan);
      return plan;
    } catch (error) {
      if (attempt >= 20) throw error;
    }
  }
}
