import type { Status } from "../control/protocol.ts";
import type { ControlSource } from "../control/server.ts";
import type { Answer, ConnectionReport, Endpoint, Question } from "../worker/messages.ts";
import type { Workers } from "./workers/workers.ts";

type Tell = Parameters<ControlSource["watch"]>[0];

/** Where the control socket's answers come from. */
export interface Desk extends ControlSource {
  /** A worker told of a connection. */
  changed(event: "opened" | "closed", connection: ConnectionReport): void;
}

/** Asks all workers, and puts their answers together. */
export function createDesk(
  workers: Pick<Workers, "ask">,
  { status, stop }: { status(): Promise<Status>; stop(): void },
): Desk {
  const watchers = new Set<Tell>();

  async function connectionsBy(question: Question): Promise<readonly ConnectionReport[]> {
    const answers = await workers.ask(question);
    return answers.flatMap((answer) => (hasConnections(answer) ? answer.connections : []));
  }

  let listing: Promise<readonly ConnectionReport[]> | undefined;

  /** One list at a time, for all who ask meanwhile: a worker that makes many hears nothing else. */
  function list(): Promise<readonly ConnectionReport[]> {
    listing ??= connectionsBy({ ask: "connections" }).finally(() => {
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
    connection: async (local, remote) =>
      (await connectionsBy({ ask: "connection", local, remote })).at(0),
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

function hasConnections(
  answer: Answer | undefined,
): answer is { readonly connections: readonly ConnectionReport[] } {
  return answer !== undefined && "connections" in answer;
}
