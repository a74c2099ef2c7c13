import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server, Socket } from "node:net";
import { atEnd, type Owner } from "../cleanup.ts";
import { type ServerCommand, type ServerProcess, startServerProcess } from "../server-process.ts";
import { insideNamespace, tcpSocket } from "./system-calls.ts";

/** What a command has said. */
export interface Output {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where {@link Host.connect} connects to, and from. */
export interface Destination {
  readonly address: string;
  readonly port: number;
  readonly localAddress?: string;
  readonly localPort?: number;
  readonly allowHalfOpen?: boolean;
}

/**
 * A computer of a test: a network namespace. Sockets in it belong to the test's own process, so
 * that a test reads as one story; what must be a program runs there by {@link Host.run}.
 */
export class Host {
  readonly label: string;
  /** Its namespace, as `nsenter --net=` takes it. */
  readonly path: string;
  /** On its first network. */
  readonly ipv4: string;
  readonly ipv6: string;
  readonly #owner: Owner;
  readonly #sockets = new Set<Socket>();

  constructor(owner: Owner, place: { label: string; path: string; ipv4: string; ipv6: string }) {
    this.label = place.label;
    this.path = place.path;
    this.ipv4 = place.ipv4;
    this.ipv6 = place.ipv6;
    this.#owner = owner;
    atEnd(owner, () => this.closeSockets());
  }

  /** Closes what a test has left open. */
  closeSockets(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Its IPv4 or IPv6 address. */
  address(family: 4 | 6): string {
    return family === 4 ? this.ipv4 : this.ipv6;
  }

  /** Runs a command to its end, whatever that is. `ip netns exec` would hide the cgroups. */
  run(command: string, ...args: string[]): Promise<Output> {
    return this.#run([command, ...args], "");
  }

  /** As {@link run}. @throws {Error} with its output when the command fails. */
  async must(command: string, ...args: string[]): Promise<string> {
    return this.#must([command, ...args], "");
  }

  /** Loads rules in nft's own language. */
  async nft(rules: string): Promise<void> {
    await this.#must(["nft", "-f", "-"], rules);
  }

  /** Sets `net.…` sysctls of this host. */
  async sysctl(values: Readonly<Record<string, string | number>>): Promise<void> {
    const settings = Object.entries(values).map(([name, value]) => `${name}=${value}`);
    await this.must("sysctl", "-q", "-w", ...settings);
  }

  /** Starts a program that stays; it ends with the host. */
  start(server: ServerCommand): Promise<ServerProcess> {
    return startServerProcess(this.#owner, {
      ...server,
      command: "nsenter",
      args: [`--net=${this.path}`, "--", server.command, ...server.args],
    });
  }

  /** Runs `work` on this host; only what happens before it returns is on this host. */
  inside<T>(work: () => T): T {
    return insideNamespace(this.path, work);
  }

  /** A socket of this host that connects. */
  connect(to: Destination): Socket {
    const fd = this.inside(() => tcpSocket(to.address));
    const socket = new Socket({ fd, allowHalfOpen: to.allowHalfOpen ?? false });
    this.#keep(socket);
    const { address: host, port, localAddress, localPort } = to;
    socket.connect({
      host,
      port,
      ...(localAddress === undefined ? {} : { localAddress }),
      ...(localPort === undefined ? {} : { localPort }),
    });
    return socket;
  }

  /** As {@link connect}, once it stands. @throws what connect() said */
  async connected(to: Destination): Promise<Socket> {
    const socket = this.connect(to);
    await once(socket, "connect");
    return socket;
  }

  /** Listens on `port` of all addresses, or any free port for 0. It ends with the host. */
  async listen(
    port: number,
    accept: (socket: Socket) => void,
    options: { allowHalfOpen?: boolean; backlog?: number; pauseOnConnect?: boolean } = {},
  ): Promise<Server> {
    const { backlog, ...rest } = options;
    const server = createServer({ ...rest, noDelay: true }, (socket) => {
      this.#keep(socket);
      accept(socket);
    });
    atEnd(this.#owner, () => void server.close());
    // Without an address Node makes the socket before it returns, for IPv4 and IPv6 together.
    this.inside(() => server.listen(port, undefined, backlog));
    await once(server, "listening");
    return server;
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    // A test that cares listens, too; for others, a reset at the end of all things is no failure.
    socket.on("error", () => {});
    socket.once("close", () => this.#sockets.delete(socket));
  }

  async #must(command: readonly string[], input: string): Promise<string> {
    const { code, stdout, stderr } = await this.#run(command, input);
    if (code === 0) return stdout;
    throw new Error(`${this.label}: ${command.join(" ")} ended with ${code}: ${stderr || stdout}`);
  }

  #run(command: readonly string[], input: string): Promise<Output> {
    return new Promise((resolve, reject) => {
      const child = spawn("nsenter", [`--net=${this.path}`, "--", ...command]);
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
      child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
      child.once("error", reject);
      child.once("close", (code) =>
        resolve({
          code,
          stdout: Buffer.concat(stdout).toString(),
          stderr: Buffer.concat(stderr).toString(),
        }),
      );
      // One that ends without reading is no failure of ours.
      child.stdin.on("error", () => {});
      child.stdin.end(input);
    });
  }
}
