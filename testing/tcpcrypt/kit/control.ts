import { connect, type Socket } from "node:net";

/** One end of a connection. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** A connection as the control socket shows it. */
export interface ShownConnection {
  readonly direction: "outgoing" | "incoming";
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly encrypted: boolean;
  readonly reason?: string;
  readonly sessionId?: string;
  readonly role?: "A" | "B";
  readonly tep?: string;
  readonly aead?: string;
  readonly resumed?: boolean;
  readonly aware?: { readonly local: boolean; readonly remote: boolean };
  readonly bytes: { readonly sent: number; readonly received: number };
  readonly rekeys?: { readonly local: number; readonly remote: number };
  readonly openedAt: number;
}

/** What has opened and closed since a watch began. */
export interface Watch {
  readonly opened: readonly ShownConnection[];
  readonly closed: readonly ShownConnection[];
  stop(): void;
}

/**
 * Asks the control socket one question.
 *
 * Written here once more, so that the tests see the protocol's lines and not what the client
 * package makes of them.
 *
 * @throws {Error} when it answers with an error, or not at all
 */
export function ask(path: string, question: object): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.setTimeout(10_000, () => socket.destroy(new Error("no answer in 10 s")));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed without an answer")));
    onLine(socket, (line) => {
      socket.destroy();
      const answer = JSON.parse(line);
      if (answer.error === undefined) resolve(answer);
      else reject(new Error(`${answer.error}: ${answer.message}`));
    });
    socket.write(`${JSON.stringify({ v: 1, id: 1, ...question })}\n`);
  });
}

/** Begins a watch; events count from when the returned promise is fulfilled. */
export async function watch(path: string): Promise<Watch> {
  const opened: ShownConnection[] = [];
  const closed: ShownConnection[] = [];
  const socket = connect(path);
  socket.on("error", () => socket.destroy());
  onLine(socket, (line) => {
    const { event, connection } = JSON.parse(line);
    if (event === "opened") opened.push(connection);
    if (event === "closed") closed.push(connection);
  });
  await new Promise((resolve) => {
    socket.write(`${JSON.stringify({ v: 1, id: 1, ask: "watch" })}\n`, resolve);
  });
  // The watch itself has no answer; a question behind it on the same daemon has.
  await ask(path, { ask: "status" });
  return { opened, closed, stop: () => socket.destroy() };
}

function onLine(socket: Socket, tell: (line: string) => void): void {
  let rest = "";
  socket.setEncoding("utf8").on("data", (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) tell(line);
  });
}
