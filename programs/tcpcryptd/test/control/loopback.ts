import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A TCP connection on loopback, both of its sockets in this process. */
export interface Loopback extends AsyncDisposable {
  readonly client: Socket;
  readonly accepted: Socket;
  readonly server: Server;
}

/** Connects to a server that listens on `host`, at `address`. */
export async function loopback(host: string, address = host): Promise<Loopback> {
  const server = createServer();
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const client = connect(port, address);
  const [[accepted]] = await Promise.all([once(server, "connection"), once(client, "connect")]);
  return {
    client,
    accepted,
    server,
    async [Symbol.asyncDispose]() {
      client.destroy();
      accepted.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** The ends of a connection, as the socket tells them; IPv4 in its own form. */
export function endsOf(socket: Socket) {
  const plain = (address = "") => address.replace(/^::ffff:/, "");
  return {
    local: { address: plain(socket.localAddress), port: socket.localPort ?? 0 },
    remote: { address: plain(socket.remoteAddress), port: socket.remotePort ?? 0 },
  };
}
