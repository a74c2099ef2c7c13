import { createServer, type Server, type Socket } from "node:net";
import { AbortCounts } from "./abort-counts.ts";
import { ConnectionTable, reportOf } from "./connection-table.ts";
import type { Desk, WorkerWorld } from "./desk.ts";
import { acceptIncoming } from "./incoming.ts";
import { KeptSecrets } from "./kept-secrets.ts";
import type { ToWorker } from "./messages.ts";
import { describeMistake } from "./mistakes.ts";
import { Outgoing } from "./outgoing.ts";
import { answer } from "./questions.ts";
import { ReadBuffer } from "./read-buffer.ts";
import type { Sleeper } from "./wake-ups.ts";
import { WakeUps } from "./wake-ups.ts";

/** As many as the supervisor gave the sockets: listening to them sets it anew. */
const backlog = 4096;
const drainPollMilliseconds = 100;

/** A worker that has been started. */
export interface Worker {
  handle(message: Exclude<ToWorker, { type: "start" }>): void;
  /** Resets everything and listens no more. */
  end(): void;
}

/** Starts relaying on the inherited sockets. */
export function createWorker(
  start: Extract<ToWorker, { type: "start" }>,
  world: WorkerWorld,
): Worker {
  const desk = createDesk(start, world);
  const outgoing = new Outgoing(desk);
  const outgoingServers = start.fds.outgoing.map((fd) =>
    listen(fd, (accepted) => outgoing.accept(accepted)),
  );
  const incomingServers = start.fds.incoming.map(({ fd, treatment }) => {
    const door = { port: world.systemCalls.boundPort(fd), treatment };
    return listen(fd, (accepted) => acceptIncoming(desk, accepted, door));
  });
  const end = () => {
    for (const server of [...outgoingServers, ...incomingServers]) server.close();
    for (const leg of [...desk.legs.open]) leg.reset();
  };

  function drain(seconds: number): void {
    desk.isDraining = true;
    for (const server of incomingServers) server.close();
    const deadline = world.now() + seconds * 1000;
    const check: Sleeper = {
      wake(now) {
        // Applications that were let go already are still on their way to the outgoing sockets.
        const isDone = desk.table.size === 0 && outgoing.waiting === 0;
        if (!isDone && now < deadline) {
          desk.wakeUps.at(now + drainPollMilliseconds, check);
          return;
        }
        end();
        world.tell({ type: "drained" });
      },
    };
    check.wake(world.now());
  }

  world.tell({ type: "ready" });
  return {
    end,
    handle(message) {
      switch (message.type) {
        case "dial":
          return outgoing.dial(message);
        case "abandon":
          return outgoing.abandon(message.id);
        case "ping":
          return world.tell({ type: "pong", number: message.number });
        case "ask":
          return answer(desk, message.about, (given) =>
            world.tell({ type: "answer", question: message.question, answer: given }),
          );
        case "drain":
          return drain(message.seconds);
      }
    },
  };
}

function createDesk(
  { index, settings }: { index: number; settings: Desk["settings"] },
  world: WorkerWorld,
): Desk {
  const wakeUps = new WakeUps(world);
  const { connections } = settings.limits;
  const keptForOutgoing = settings.outgoing.length > 0 ? Math.floor(connections / 4) : 0;
  const limits = { connections, keptForOutgoing };
  const table = new ConnectionTable(limits, world.seconds, (type, entry) => {
    if (!desk.isWatched) return;
    const connection = reportOf(entry);
    if (connection !== undefined) world.tell({ type, connection });
  });
  const desk: Desk = {
    index,
    settings,
    world,
    legs: {
      systemCalls: world.systemCalls,
      reads: new ReadBuffer(),
      open: new Set(),
      mistaken: (error) =>
        world.tell({ type: "log", level: "error", what: describeMistake(error) }),
    },
    table,
    wakeUps,
    secrets: new KeptSecrets(settings.resumption, world.eno, wakeUps, world.now),
    aborts: new AbortCounts(),
    isDraining: false,
    isWatched: false,
  };
  return desk;
}

function listen(fd: number, accept: (accepted: Socket) => void): Server {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, accept);
  server.listen({ fd }, backlog);
  return server;
}
