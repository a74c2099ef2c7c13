import { connect, type Socket } from "node:net";

/** What a run of load gave. */
export interface Load {
  readonly perSecond: number;
  /** Bytes of the first answer, to compare what two servers send. */
  readonly answerBytes: number;
}

const headEnd = "\r\n\r\n";

/**
 * Asks a server on a unix socket from some keep-alive connections, one request at a time on each,
 * for a bounded time. Answers have no body, so an answer ends with its head.
 *
 * @param requests whole requests, taken in turn.
 */
export async function askOverUnixSocket(
  path: string,
  requests: readonly Buffer[],
  { connections = 16, milliseconds = 1500 } = {},
): Promise<Load> {
  const state = { next: 0, answers: 0, answerBytes: 0, isOver: false };
  const start = performance.now();
  const clients = Array.from({ length: connections }, () => askOn(connect(path), requests, state));
  const timer = setTimeout(() => {
    state.isOver = true;
  }, milliseconds);
  await Promise.all(clients);
  clearTimeout(timer);
  const seconds = (performance.now() - start) / 1000;
  return { perSecond: state.answers / seconds, answerBytes: state.answerBytes };
}

function askOn(
  socket: Socket,
  requests: readonly Buffer[],
  state: { next: number; answers: number; answerBytes: number; isOver: boolean },
): Promise<void> {
  const ask = () => {
    const request = requests[state.next++ % requests.length];
    if (request !== undefined) socket.write(request);
  };
  return new Promise((resolve, reject) => {
    let received = "";
    socket.on("connect", ask);
    socket.on("error", reject);
    socket.on("close", () => (state.isOver ? resolve() : reject(new Error("the server hung up"))));
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      if (!received.endsWith(headEnd)) return;
      if (!received.startsWith("HTTP/1.1 204")) {
        reject(new Error(`the server answered ${received.slice(9, 12)}`));
        return;
      }
      state.answers++;
      state.answerBytes ||= received.length;
      received = "";
      if (state.isOver) socket.end();
      else ask();
    });
  });
}
