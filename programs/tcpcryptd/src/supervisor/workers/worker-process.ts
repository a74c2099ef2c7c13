import type { FromWorker, InheritedFds, ToWorker, Treatment } from "../../worker/messages.ts";
import { type Account, sourcePath } from "./account.ts";
import { spawnChild } from "./child.ts";
import { readWorkerMessage } from "./worker-message.ts";

/** A worker that runs, or has run. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  /** What is sent to one that has ended is lost. */
  send(message: ToWorker): void;
  kill(): void;
}

/** What becomes of a worker. */
export interface WorkerListener {
  message(message: FromWorker): void;
  /** Once, also when it could not be started. */
  exited(how: string): void;
}

/** The file that a worker runs. */
export const workerProgram = sourcePath("../../worker/worker-main.ts");

/** What a worker inherits, by the numbers that it has here. */
export interface SharedFds {
  readonly storage: number;
  readonly answers: number;
  readonly outgoing: readonly number[];
  readonly incoming: readonly { readonly fd: number; readonly treatment: Treatment }[];
}

const standardFds = ["ignore", "ignore", "inherit", "ipc"] as const;

/** Starts a worker; it is given its file descriptors with the numbers that `inherited` tells. */
export function spawnWorker(
  account: Account,
  fds: SharedFds,
  listener: WorkerListener,
): WorkerProcess {
  const stdio = [...standardFds, ...inOrder(fds)];
  const options = { account, capability: "net_raw", program: workerProgram, stdio };
  const child = spawnChild(options);
  let isOver = false;
  const exited = (how: string) => {
    if (!isOver) listener.exited(how);
    isOver = true;
  };
  child.on("message", (said) => {
    const message = readWorkerMessage(said);
    if (message !== undefined) listener.message(message);
    else child.kill("SIGKILL");
  });
  child.once("error", (error) => exited(error.message));
  child.once("exit", (code, signal) => exited(signal ?? `exit code ${code}`));
  return {
    pid: child.pid,
    send: (message) => {
      // Without a callback, a worker that ends at this moment would be an uncaught error.
      if (child.connected) child.send(message, () => undefined);
    },
    kill: () => child.kill("SIGKILL"),
  };
}

/** The numbers that the file descriptors have in the worker. */
export function inherited({ outgoing, incoming }: SharedFds): InheritedFds {
  const first = standardFds.length;
  const afterMaps = first + 2;
  return {
    storage: first,
    answers: first + 1,
    outgoing: outgoing.map((_, index) => afterMaps + index),
    incoming: incoming.map(({ treatment }, index) => ({
      fd: afterMaps + outgoing.length + index,
      treatment,
    })),
  };
}

function inOrder({ storage, answers, outgoing, incoming }: SharedFds): number[] {
  return [storage, answers, ...outgoing, ...incoming.map(({ fd }) => fd)];
}
