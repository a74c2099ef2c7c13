import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { AskForSession } from "./session-ids.ts";

/** STOPGAP until the client package is there. */
export function askDaemon(path: string, timeoutMilliseconds: number): AskForSession {
  let open: Socket | undefined;
  let last = 0;
  const waiting = new Map<number, (line: Record<string, unknown> | Error) => void>();
  const fail = (error: Error) => {
    for (const settle of waiting.values()) settle(error);
    waiting.clear();
    open?.destroy();
    open = undefined;
  };
  const connected = () => {
    if (open !== undefined) return open;
    const socket = connect({ path });
    open = socket;
    socket.unref();
    socket.on("error", (error) => open === socket && fail(error));
    socket.on("close", () => open === socket && fail(new Error("closed")));
    createInterface({ input: socket })
      .on("line", (line) => {
        const answer = JSON.parse(line);
        waiting.get(answer.id)?.(answer);
        waiting.delete(answer.id);
      })
      .on("error", () => {});
    return socket;
  };
  return {
    sessionIdOf: (connection) =>
      new Promise((resolve, reject) => {
        last += 1;
        const id = last;
        const timer = setTimeout(() => fail(new Error("no answer in time")), timeoutMilliseconds);
        waiting.set(id, (answer) => {
          clearTimeout(timer);
          if (answer instanceof Error) reject(answer);
          else resolve((answer.connection as { sessionId?: string } | null)?.sessionId);
        });
        connected().write(`${JSON.stringify({ v: 1, id, ask: "session", ...connection })}\n`);
      }),
    close: () => fail(new Error("closed")),
  };
}
