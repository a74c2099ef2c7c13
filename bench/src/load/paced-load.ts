import { HeldAnswer } from "./held-answer.ts";
import { open, type Target } from "./http-load.ts";

/** Percentiles of the time from a request to its answer, in milliseconds. */
export interface Latency {
  readonly median: number;
  readonly p99: number;
}

/**
 * Asks at a steady rate, whatever the server does: a slow answer delays no other request but those
 * on its own connection, and their waiting counts.
 */
export async function latencyAt(
  target: Target,
  requests: readonly Buffer[],
  {
    perSecond,
    milliseconds = 4000,
    connections = 32,
  }: {
    readonly perSecond: number;
    readonly milliseconds?: number;
    readonly connections?: number;
  },
): Promise<Latency> {
  const clients = await Promise.all(
    Array.from({ length: connections }, () => connectClient(target)),
  );
  const start = performance.now();
  let asked = 0;
  await new Promise<void>((resolve) => {
    const tick = () => {
      const elapsed = performance.now() - start;
      if (elapsed >= milliseconds) return resolve();
      const due = Math.floor((elapsed / 1000) * perSecond);
      for (; asked < due; asked++) {
        clients[asked % clients.length]?.ask(requests[asked % requests.length] as Buffer);
      }
      setImmediate(tick);
    };
    tick();
  });
  const times = (await Promise.all(clients.map((client) => client.finish()))).flat();
  times.sort((one, other) => one - other);
  const at = (part: number) => times[Math.floor((times.length - 1) * part)] ?? Number.NaN;
  return { median: at(0.5), p99: at(0.99) };
}

interface Client {
  ask(request: Buffer): void;
  /** Waits for what is under way, and gives every time. */
  finish(): Promise<readonly number[]>;
}

async function connectClient(target: Target): Promise<Client> {
  const socket = open(target);
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  const waiting: { readonly request: Buffer; readonly since: number }[] = [];
  const times: number[] = [];
  const answer = new HeldAnswer();
  let isDone: (() => void) | undefined;
  socket.on("data", (chunk) => {
    answer.add(chunk);
    if (!answer.isComplete) return;
    answer.clear();
    const done = waiting.shift();
    if (done !== undefined) times.push(performance.now() - done.since);
    const [next] = waiting;
    if (next !== undefined) socket.write(next.request);
    else isDone?.();
  });
  return {
    ask(request) {
      waiting.push({ request, since: performance.now() });
      if (waiting.length === 1) socket.write(request);
    },
    async finish() {
      if (waiting.length > 0) await new Promise<void>((resolve) => (isDone = resolve));
      socket.destroy();
      return times;
    },
  };
}
