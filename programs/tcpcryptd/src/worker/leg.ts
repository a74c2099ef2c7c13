import { type OnReadOpts, Socket, type SocketConstructorOpts } from "node:net";
import type { SystemCalls } from "../kernel/kernel.ts";
import type { ReadBuffer } from "./read-buffer.ts";

/** What becomes of a leg's bytes and ends. A leg calls nobody before {@link Leg.start}. */
export interface LegOwner {
  /** `bytes` lie in memory that is reused when this returns. `false` stops the leg's reading. */
  received(leg: Leg, bytes: Buffer): boolean;
  /** The other side will send no more. */
  ended(leg: Leg): void;
  /** All that was written is in the kernel's hands, after {@link Leg.isFull} was true. */
  drained(leg: Leg): void;
  /** `orderly` says whether both directions had ended; `false` means reset or failed. */
  closed(leg: Leg, orderly: boolean): void;
  /** One of these has thrown: ends the connection, which is in no known state any more. */
  mistaken(): void;
}

export interface LegWorld {
  readonly systemCalls: Pick<SystemCalls, "resetOnClose" | "waitForFullSegments" | "peerStays">;
  readonly reads: ReadBuffer;
  /** All legs that are not closed. */
  readonly open: Set<Leg>;
  /** Hears of an exception that ends one connection only. */
  mistaken(error: unknown): void;
}

/** Up to so many bytes are copied rather than keeping the whole read buffer for them. */
const copiedBytes = 16 * 1024;
/** More than application data ever leaves waiting, since those stop at {@link Leg.isFull}. */
const floodBytes = 1024 * 1024;

const legKey = Symbol("leg");
type LegSocket = Socket & { [legKey]: Leg };

/** A handle that a server accepted is what net.Server itself passes to its sockets. */
type SocketOptions = { readonly fd: number } | { readonly handle: object };

/**
 * One of the two TCP connections that a relay joins. Closing it means a reset until both directions
 * have ended in order, so that a worker that dies never looks like an end of the stream.
 */
export class Leg {
  readonly fd: number;
  readonly #world: LegWorld;
  readonly #socket: Socket;
  #owner: LegOwner | undefined;
  #ended = false;
  #finished = false;
  #closed = false;

  private constructor(options: SocketOptions, fd: number, world: LegWorld) {
    this.fd = fd;
    this.#world = world;
    const { reads } = world;
    const onread = { buffer: () => reads.current, callback: read } as unknown as OnReadOpts;
    // Node documents `onread` for new sockets only, so that an accepted one is wrapped anew.
    const all = { ...options, allowHalfOpen: true, onread } as SocketConstructorOpts;
    const socket = new Socket(all) as LegSocket;
    socket[legKey] = this;
    this.#socket = socket;
    // What arrives stays in the kernel until the relay is ready for it.
    socket.pause();
    socket.on("end", ended).on("finish", finished).on("drain", drained);
    socket.on("error", failed).on("close", closed);
    world.systemCalls.resetOnClose(fd, true);
    world.open.add(this);
  }

  /** The leg of a socket that is not connected yet; see {@link connect}. */
  static ofSocket(fd: number, world: LegWorld): Leg {
    return new Leg({ fd }, fd, world);
  }

  /** Takes over what a server with `pauseOnConnect` has accepted; `undefined` if it is gone. */
  static ofAccepted(accepted: Socket, world: LegWorld): Leg | undefined {
    const held = accepted as unknown as { _handle: (object & { fd: number }) | null };
    const handle = held._handle;
    if (handle === null) return undefined;
    held._handle = null;
    accepted.destroy();
    return new Leg({ handle }, handle.fd, world);
  }

  /** Connects; `done` gets the error's code, or nothing. No owner hears of a failure here. */
  connect(to: { address: string; port: number }, done: (failure?: string) => void): void {
    const socket = this.#socket;
    const settle = (error?: NodeJS.ErrnoException) => {
      socket.off("connect", settle).off("error", settle);
      if (error === undefined) socket.setNoDelay(true);
      done(error && (error.code ?? "EIO"));
    };
    socket.once("connect", settle).once("error", settle);
    socket.connect({ host: to.address, port: to.port });
  }

  /** From now on `owner` hears of everything; reading begins with {@link resume}. */
  start(owner: LegOwner): void {
    this.#owner = owner;
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#socket.remotePort;
  }

  get family(): 4 | 6 {
    return this.#socket.remoteFamily === "IPv6" ? 6 : 4;
  }

  /** Whether the other side has neither ended its direction nor gone, read by us or not. */
  get peerStays(): boolean {
    return !this.#socket.destroyed && this.#world.systemCalls.peerStays(this.fd);
  }

  /** Whether so much waits to be sent that its source should stop for a while. */
  get isFull(): boolean {
    return this.#socket.writableLength >= this.#socket.writableHighWaterMark;
  }

  /** Whether the kernel has not taken all that was written. */
  get hasBacklog(): boolean {
    return this.#socket.writableLength > 0;
  }

  /** Whether so much waits to be sent that nothing may be done that would add to it. */
  get isFlooded(): boolean {
    return this.#socket.writableLength >= floodBytes;
  }

  /** How much waits to be given to the kernel; 0 when the end was, too. */
  get waitingBytes(): number {
    return this.#finished ? 0 : this.#socket.writableLength + 1;
  }

  /** Sends bytes that nobody else will change, with one system call. */
  write(pieces: readonly Uint8Array[]): void {
    const [only] = pieces;
    if (only !== undefined && pieces.length === 1) {
      this.#socket.write(only);
      return;
    }
    this.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.uncork();
  }

  /** Keeps what is written back until {@link uncork}, so that it goes out together. */
  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  /** Sends bytes that lie in the read buffer. */
  forward(bytes: Buffer): void {
    const socket = this.#socket;
    if (bytes.length <= copiedBytes || socket.writableLength > 0) {
      socket.write(Buffer.from(bytes));
      return;
    }
    socket.write(bytes);
    if (socket.writableLength > 0) this.#world.reads.giveAway();
  }

  /** Says that no more will be sent; what was written goes first. */
  end(): void {
    const socket = this.#socket;
    // The last bytes and FIN then are one segment, of which both hosts hear once.
    if (socket.writableLength > 0 && !socket.destroyed) {
      this.#world.systemCalls.waitForFullSegments(this.fd);
    }
    socket.end();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Ends both directions at once, with a reset. */
  reset(): void {
    this.#socket.destroy();
  }

  /** Waits no longer for the other side's end; the kernel brings what was written to its own. */
  leave(): void {
    // Its file descriptor may be another connection's by now.
    if (this.#socket.destroyed) return;
    this.#ended = true;
    this.#world.systemCalls.resetOnClose(this.fd, false);
    this.#socket.destroy();
  }

  /** @internal */
  heard(event: "ended" | "finished" | "drained" | "closed"): void {
    try {
      this.#heard(event);
    } catch (error) {
      this.#mistaken(error);
    }
  }

  #heard(event: "ended" | "finished" | "drained" | "closed"): void {
    if (event === "closed") {
      this.#closed = true;
      this.#world.open.delete(this);
      this.#owner?.closed(this, this.#ended && this.#finished);
      return;
    }
    if (event === "drained") {
      this.#owner?.drained(this);
      return;
    }
    if (event === "ended") this.#ended = true;
    else this.#finished = true;
    // Node closes the socket right after the second of these events.
    if (this.#ended && this.#finished && !this.#closed) {
      this.#world.systemCalls.resetOnClose(this.fd, false);
    }
    if (event === "ended") this.#owner?.ended(this);
  }

  /** @internal */
  read(bytes: Buffer): boolean {
    try {
      return this.#owner?.received(this, bytes) ?? false;
    } catch (error) {
      this.#mistaken(error);
      return false;
    }
  }

  #mistaken(error: unknown): void {
    this.#world.mistaken(error);
    if (this.#owner === undefined) this.reset();
    else this.#owner.mistaken();
  }
}

// One function for all sockets instead of closures for each: idle connections stay small.
function read(this: LegSocket, length: number, buffer: Buffer): boolean {
  return this[legKey].read(buffer.subarray(0, length));
}
function ended(this: Socket): void {
  (this as LegSocket)[legKey].heard("ended");
}
function finished(this: Socket): void {
  (this as LegSocket)[legKey].heard("finished");
}
function drained(this: Socket): void {
  (this as LegSocket)[legKey].heard("drained");
}
function closed(this: Socket): void {
  (this as LegSocket)[legKey].heard("closed");
}
/** Every error is followed by "close", which says all that a relay needs. */
function failed(): void {}
