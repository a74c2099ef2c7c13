import type { Answer, FromWorker, Question, ToWorker } from "../../worker/messages.ts";
import type { Log } from "../world.ts";
import {
  isResponsive,
  newWorker,
  stepWorker,
  tickMs,
  type WorkerEffect,
  type WorkerEvent,
  type WorkerLife,
} from "./worker-life.ts";
import type { WorkerListener, WorkerProcess } from "./worker-process.ts";

/** What the supervisor is told of the workers. */
export interface WorkersListener {
  dialed(worker: number, message: FromWorker & { readonly type: "dialed" }): void;
  plain(message: FromWorker & { readonly type: "plain" }): void;
  changed(message: FromWorker & { readonly type: "opened" | "closed" }): void;
  /** A worker ended, and with it all that it was dialing. */
  lost(worker: number): void;
}

export interface WorkersOptions extends WorkersListener {
  readonly count: number;
  readonly log: Log;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  spawn(index: number, listener: WorkerListener): WorkerProcess;
  startMessage(index: number): ToWorker;
}

/** The workers, kept alive. */
export interface Workers {
  /** Resolves when all have been ready once; rejects when one ends before that. */
  readonly ready: Promise<void>;
  /** The worker for a new connection, or `undefined` while there is none. */
  choose(): number | undefined;
  send(worker: number, message: ToWorker): void;
  /** What each worker answers, in their order; `undefined` for those that do not, or not in time. */
  ask(question: Question): Promise<readonly (Answer | undefined)[]>;
  /** Of each worker: its process, its state, and how often it crashed of late. */
  readonly states: readonly WorkerState[];
  /** Lets connections end for so many seconds, and then ends the workers. */
  stop(drainSeconds: number): Promise<void>;
}

export interface WorkerState {
  readonly pid: number | undefined;
  readonly state: WorkerLife["state"];
}

interface Entry {
  life: WorkerLife;
  process: WorkerProcess;
}

interface Waiting {
  readonly worker: number;
  resolve(answer: Answer | undefined): void;
}

const answerMilliseconds = 1000;
const drainSlackMilliseconds = 1000;

/** Starts the workers and keeps them alive until they are stopped. */
export function startWorkers(options: WorkersOptions): Workers {
  const { count, log, now } = options;
  const waiting = new Map<number, Waiting>();
  let questions = 0;
  let isWatched = false;
  let last = 0;
  let settle = { ready: () => {}, failed: (_: Error) => {} };
  const ready = new Promise<void>((resolve, reject) => {
    settle = { ready: resolve, failed: reject };
  });
  ready.catch(() => undefined);
  let ended = () => {};
  const allEnded = new Promise<void>((resolve) => {
    ended = resolve;
  });

  const entries: Entry[] = Array.from({ length: count }, (_, index) => ({
    life: newWorker(now()),
    process: spawn(index),
  }));
  const ticking = setInterval(() => {
    for (const index of entries.keys()) happened(index, { type: "tick", now: now() });
  }, tickMs);

  function spawn(index: number): WorkerProcess {
    const process = options.spawn(index, {
      message: (message) => heard(index, message),
      exited: (how) => {
        const { life } = entries[index] ?? {};
        const isExpected = life?.state === "stopping";
        if (!isExpected) log.warn({ worker: index, how }, "a worker ended");
        settle.failed(new Error(`worker ${index}: ${how}`));
        happened(index, { type: "exited", now: now() });
      },
    });
    process.send(options.startMessage(index));
    return process;
  }

  function happened(index: number, event: WorkerEvent): void {
    const entry = entries[index];
    if (entry === undefined) return;
    const { next, effects } = stepWorker(entry.life, event);
    entry.life = next;
    for (const effect of effects) carryOut(index, entry, effect);
    if (entries.every(({ life }) => life.state === "ready")) settle.ready();
    if (entries.every(({ life }) => life.state === "ended")) ended();
  }

  function carryOut(index: number, entry: Entry, effect: WorkerEffect): void {
    switch (effect.type) {
      case "spawn":
        entry.process = spawn(index);
        return;
      case "kill":
        log.warn({ worker: index }, "a worker does not answer and is ended");
        entry.process.kill();
        return;
      case "ping":
        entry.process.send({ type: "ping", number: effect.number });
        return;
      case "lost":
        for (const [number, { worker, resolve }] of waiting) {
          if (worker !== index) continue;
          waiting.delete(number);
          resolve(undefined);
        }
        options.lost(index);
    }
  }

  function heard(index: number, message: FromWorker): void {
    switch (message.type) {
      case "ready":
        happened(index, { type: "ready", now: now() });
        if (isWatched) void askOne(index, { ask: "watch", on: true });
        break;
      case "pong":
        happened(index, { type: "pong", number: message.number });
        break;
      case "dialed":
        options.dialed(index, message);
        break;
      case "plain":
        options.plain(message);
        break;
      case "opened":
      case "closed":
        options.changed(message);
        break;
      case "answer":
        // One worker has nothing to say about what another was asked.
        if (waiting.get(message.question)?.worker !== index) break;
        waiting.get(message.question)?.resolve(message.answer);
        waiting.delete(message.question);
        break;
      case "log":
        log[message.level]({ worker: index }, message.what);
        break;
      case "drained":
        entries[index]?.process.kill();
    }
  }

  async function askOne(index: number, about: Question): Promise<Answer | undefined> {
    if (lifeOf(index).state !== "ready") return undefined;
    const question = questions++;
    return new Promise((resolve) => {
      const impatience = setTimeout(() => {
        waiting.delete(question);
        resolve(undefined);
      }, answerMilliseconds);
      waiting.set(question, {
        worker: index,
        resolve(answer) {
          clearTimeout(impatience);
          resolve(answer);
        },
      });
      entries[index]?.process.send({ type: "ask", question, about });
    });
  }

  return {
    ready,
    choose() {
      const turn = entries.map((_, at) => (last + 1 + at) % count);
      const found =
        turn.find((at) => isResponsive(lifeOf(at), now())) ??
        turn.find((at) => lifeOf(at).state === "ready");
      if (found !== undefined) last = found;
      return found;
    },
    send: (worker, message) => entries[worker]?.process.send(message),
    ask(question) {
      if (question.ask === "watch") isWatched = question.on;
      return Promise.all([...entries.keys()].map((at) => askOne(at, question)));
    },
    get states() {
      return entries.map(({ life, process }) => ({ pid: process.pid, state: life.state }));
    },
    async stop(drainSeconds) {
      for (const [index, { life, process }] of entries.entries()) {
        const isReady = life.state === "ready";
        happened(index, { type: "stop" });
        if (isReady) process.send({ type: "drain", seconds: drainSeconds });
        else process.kill();
      }
      const slack = drainSeconds * 1000 + drainSlackMilliseconds;
      const impatience = setTimeout(() => {
        for (const { process } of entries) process.kill();
      }, slack);
      await allEnded;
      clearTimeout(impatience);
      clearInterval(ticking);
    },
  };

  function lifeOf(index: number): WorkerLife {
    return entries[index]?.life ?? { state: "ended" };
  }
}
