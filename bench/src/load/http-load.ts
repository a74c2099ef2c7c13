import { connect, type Socket } from "node:net";
import { HeldAnswer } from "./held-answer.ts";

/** A unix socket's path, or a port on 127.0.0.1. */
export type Target = string | number;

/** What a run of load gave. */
export interface Load {
  readonly perSecond: number;
  /** Bytes of the first answer, to compare what two servers send. */
  readonly answerBytes: number;
}

/** How much load, and for how long. */
export interface LoadOptions {
  readonly connections?: number;
  readonly milliseconds?: number;
  /** Ends after so many answers, if that is sooner. */
  readonly answers?: number;
  /** The status that every answer must have. */
  readonly status: number;
}

/**
 * Asks a server from some keep-alive connections, one request at a time on each, until the time or
 * the number of answers is reached. A connection that the server closes between two requests is opened anew.
 *
 * @param requests whole requests, taken in turn.
 * @throws {Error} for an answer of another status, or a connection that ends within an answer.
 */
export async function load(
  target: Target,
  requests: readonly Buffer[],
  { connections = 16, milliseconds = 1500, answers = Infinity, status }: LoadOptions,
): Promise<Load> {
  const state: State = {
    next: 0,
    answers: 0,
    answerBytes: 0,
    isOver: false,
    most: answers,
    status,
  };
  const start = performance.now();
  const timer = setTimeout(() => {
    state.isOver = true;
  }, milliseconds);
  await Promise.all(
    Array.from({ length: connections }, () => askUntilOver(target, requests, state)),
  );
  clearTimeout(timer);
  const seconds = (performance.now() - start) / 1000;
  return { perSecond: state.answers / seconds, answerBytes: state.answerBytes };
}

interface State {
  next: number;
  answers: number;
  answerBytes: number;
  isOver: boolean;
  readonly most: number;
  readonly status: number;
}

async function askUntilOver(
  target: Target,
  requests: readonly Buffer[],
  state: State,
): Promise<void> {
  while (!state.isOver) await askOnOneConnection(open(target), requests, state);
}

/** Opens a connection to a target. */
export function open(target: Target): Socket {
  const socket = typeof target === "string" ? connect(target) : connect(target, "127.0.0.1");
  return socket.setNoDelay(true);
}

/** Until it is over, or the server closes the connection after an answer. */
function askOnOneConnection(
  socket: Socket,
  requests: readonly Buffer[],
  state: State,
): Promise<void> {
  const ask = () => {
    const request = requests[state.next++ % requests.length];
    if (request !== undefined) socket.write(request);
  };
  return new Promise((resolve, reject) => {
    const answer = new HeldAnswer();
    socket.on("connect", ask);
    socket.on("error", reject);
    socket.on("close", () => {
      if (answer.isEmpty) resolve();
      else reject(new Error("the server hung up within an answer"));
    });
    socket.on("data", (chunk) => {
      answer.add(chunk);
      if (!answer.isComplete) return;
      if (answer.status !== state.status) {
        reject(new Error(`the server answered ${answer.status}`));
        socket.destroy();
        return;
      }
      state.answerBytes ||= answer.bytes;
      state.answers++;
      if (state.answers >= state.most) state.isOver = true;
      const closes = answer.closes;
      answer.clear();
      if (state.isOver) socket.end();
      else if (!closes) ask();
    });
  });
}
