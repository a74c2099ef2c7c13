import {
  createTcpcryptClient,
  defaultSocketPath,
  type TcpcryptClient,
} from "@countersign/tcpcrypt-client";
import type { Command } from "commander";

/** Where a command asks. */
export interface SocketOptions {
  readonly socket?: string;
}

/** `--socket`, for the commands that only ask. */
export function withSocketOption(command: Command): Command {
  return command.option("--socket <path>", "tcpcryptd's control socket", defaultSocketPath);
}

/** The control socket in a runtime folder. */
export function socketIn(runtimeFolder: string): string {
  return `${runtimeFolder}/tcpcrypt.sock`;
}

/** Asks tcpcryptd by `work`, and lets go of it afterwards. */
export async function asking<T>(
  { socket }: SocketOptions,
  work: (client: TcpcryptClient) => Promise<T>,
): Promise<T> {
  const client = createTcpcryptClient({ socketPath: socket, timeoutMs });
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

/** A person waits longer than a program: the list may be long, and the machine busy. */
const timeoutMs = 10_000;
