import type { Status } from "../control/protocol.ts";
import type { ControlSource } from "../control/server.ts";
import type { Answer, ConnectionReport, Endpoint } from "../worker/messages.ts";
import type { WorkerState, Workers } from "./workers/workers.ts";

type Tell = Parameters<ControlSource["watch"]>[0];

/** Where the control socket's answers come from. */
export interface Desk extends ControlSource {
  /** A worker told of a connection. */
  changed(event: "opened" | "closed", connection: ConnectionReport): void;
}

/** Asks all workers, and puts their answers together. */
export function createDesk(
  workers: Pick<Workers, "ask" | "states">,
  { status, stop }: { status(): Promise<Status>; stop(): void },
): Desk {
  const watchers = new Set<Tell>();

  async function connection(local: Endpoint, remote: Endpoint) {
    const { states } = workers;
    const answers = await workers.ask({ ask: "connection", local, remote });
    const [found, another] = connectionsIn(answers);
    // The application's can be only one of them.
    if (found !== undefined) return another === undefined ? found : undefined;
    const isOpen = answers.some((answer, at) => answer === undefined && mayCarry(states[at]));
    return isOpen ? "unanswered" : undefined;
  }

  let listing: Promise<readonly ConnectionReport[]> | undefined;

  /** One list at a time, for all who ask meanwhile: a worker that makes many hears nothing else. */
  function list(): Promise<readonly ConnectionReport[]> {
    listing ??= workers
      .ask({ ask: "connections" })
      .then(connectionsIn)
      .finally(() => {
        listing = undefined;
      });
    return listing;
  }

  async function done(ask: "flush" | "rekey", local: Endpoint, remote: Endpoint) {
    const answers = await workers.ask({ ask, local, remote });
    return answers.some((answer) => answer !== undefined && "done" in answer && answer.done);
  }

  function watchAtWorkers(on: boolean): void {
    void workers.ask({ ask: "watch", on });
  }

  return {
    status,
    stop,
    connection,
    connections: list,
    flush: (local, remote) => done("flush", local, remote),
    rekey: (local, remote) => done("rekey", local, remote),
    watch(tell) {
      // One function may watch twice, and stop once.
      const watcher: Tell = (event, connection) => tell(event, connection);
      if (watchers.size === 0) watchAtWorkers(true);
      watchers.add(watcher);
      return () => {
        if (watchers.delete(watcher) && watchers.size === 0) watchAtWorkers(false);
      };
    },
    changed(event, connection) {
      for (const tell of watchers) tell(event, connection);
    },
  };
}

function connectionsIn(answers: readonly (Answer | undefined)[]): readonly ConnectionReport[] {
  return answers.flatMap((answer) =>
    answer !== undefined && "connections" in answer ? answer.connections : [],
  );
}

/** The connections of a worker that has ended ended with it. */
function mayCarry(worker: WorkerState | undefined): boolean {
  return worker?.state === "ready" || worker?.state === "stopping";
}
