import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";

/** A question as it arrived. */
export type Asked = Readonly<Record<string, unknown>> & { readonly id: number };

/** What stands in for tcpcryptd. */
export interface StandIn {
  readonly path: string;
  /** Everything that was asked. */
  readonly asked: Asked[];
  /** How often somebody connected. */
  readonly connections: number;
  stop(): Promise<void>;
}

export const sessionId = `23${"AB".repeat(32)}`;

/** An encrypted connection to port 80 of 10.0.0.2. */
export const connection = {
  direction: "outgoing",
  local: { address: "10.0.0.1", port: 40_000 },
  remote: { address: "10.0.0.2", port: 80 },
  encrypted: true,
  sessionId,
  role: "A",
  tep: "curve25519",
  aead: "aes-128-gcm",
  resumed: false,
  aware: { local: false, remote: false },
  bytes: { sent: 1, received: 2 },
  rekeys: { local: 0, remote: 0 },
  openedAt: 1_790_000_000,
} as const;

/** A path for a control socket, removed when the test ends. */
export function socketPath(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-client-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "tcpcrypt.sock");
}

/** Answers each question with what `answer` gives: members of the answer, or text as it is. */
export async function standIn(
  context: TestContext,
  answer: (asked: Asked, socket: Socket) => object | string | undefined,
  path = socketPath(context),
): Promise<StandIn> {
  const sockets = new Set<Socket>();
  const asked: Asked[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined);
    createInterface({ input: socket }).on("line", (line) => {
      const question: Asked = JSON.parse(line);
      asked.push(question);
      const given = answer(question, socket);
      if (typeof given === "string") socket.write(given);
      else if (given !== undefined) {
        socket.write(`${JSON.stringify({ v: 1, id: question.id, ...given })}\n`);
      }
    });
  });
  server.listen(path);
  await once(server, "listening");
  const stop = async () => {
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, "close");
  };
  context.after(stop);
  return {
    path,
    asked,
    get connections() {
      return connections;
    },
    stop,
  };
}
