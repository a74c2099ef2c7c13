import { once } from "node:events";
import { existsSync, lstatSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { connect } from "node:net";
import { dirname } from "node:path";
import { type ListenAddress, writeListenAddress } from "@countersign/settings";
import { LoginError } from "./login-error.ts";

/** A server that listens. */
export interface Listener {
  /** `http://127.0.0.1:34567` or `unix:/path`. */
  readonly address: string;
  /** Takes no new requests, and waits for those under way; at most ten seconds. */
  stop(): Promise<void>;
}

const patienceMilliseconds = 10_000;

/**
 * Starts listening. A unix socket is for its owner and group alone.
 *
 * @throws {LoginError} `cannot-listen` or `missing-folder`.
 */
export async function listen(server: Server, at: ListenAddress): Promise<Listener> {
  // The system would say "permission denied".
  if (at.kind === "unix" && !existsSync(dirname(at.path))) {
    throw new LoginError("missing-folder", dirname(at.path));
  }
  try {
    if (at.kind === "unix") {
      await removeStaleSocket(at.path);
      listenPrivately(server, at.path);
    } else {
      server.listen(at.port, at.host);
    }
    await once(server, "listening");
  } catch (error) {
    server.close();
    throw new LoginError("cannot-listen", writeListenAddress(at), { cause: error });
  }
  return { address: addressOf(server, at), stop: () => stop(server) };
}

function addressOf(server: Server, at: ListenAddress): string {
  if (at.kind === "unix") return writeListenAddress(at);
  const bound = server.address();
  const port = typeof bound === "object" ? (bound?.port ?? at.port) : at.port;
  return `http://${writeListenAddress({ ...at, port })}`;
}

/** The socket exists when listen() returns, with the mode that the umask of that moment leaves. */
function listenPrivately(server: Server, path: string): void {
  const umask = process.umask(0o117);
  try {
    server.listen(path);
  } finally {
    process.umask(umask);
  }
}

/** A socket whose program died refuses connections; one that answers is left alone. */
async function removeStaleSocket(path: string): Promise<void> {
  // A plain file refuses connections too, and is not ours to remove.
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSocket()) return;
  const socket = connect(path);
  try {
    await once(socket, "connect");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ECONNREFUSED") rmSync(path);
  } finally {
    socket.destroy();
  }
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const patience = setTimeout(() => server.closeAllConnections(), patienceMilliseconds);
  await closed;
  clearTimeout(patience);
}
