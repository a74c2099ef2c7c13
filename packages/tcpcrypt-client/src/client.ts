import type { Answer, EncryptedConnection, TcpcryptConnection, TcpcryptStatus } from "./answers.ts";
import { Channel, type Question } from "./channel.ts";
import { TcpcryptClientError } from "./client-error.ts";
import { type ConnectionEnds, endsOf, type OpenSocket } from "./ends.ts";

/** Where tcpcryptd answers unless its settings say otherwise. */
export const defaultSocketPath = "/run/tcpcryptd/tcpcrypt.sock";

export interface TcpcryptClientOptions {
  readonly socketPath?: string | undefined;
  /** For each answer; default 2000. */
  readonly timeoutMs?: number | undefined;
  /**
   * Where tcpcryptd does not answer: `throw` (default), or `none`: then no connection has a session, as
   * on a machine without it.
   */
  readonly whenUnreachable?: "throw" | "none" | undefined;
}

/** What a watcher sees; `present` are those that were open when it began. */
export interface TcpcryptEvent {
  readonly event: "present" | "opened" | "closed";
  readonly connection: TcpcryptConnection;
}

/**
 * Asks tcpcryptd. All but `close` throw a {@link TcpcryptClientError}; what they say is about connections
 * of this process's user, or about all for root and the group of tcpcryptd's settings.
 */
export interface TcpcryptClient {
  /** The session of a connection; `undefined` when it has none, or is not this user's. */
  sessionOf(socket: OpenSocket | ConnectionEnds): Promise<EncryptedConnection | undefined>;
  /** The session ID in upper-case hexadecimal. What was found for a socket is remembered until it closes. */
  sessionIdOf(socket: OpenSocket | ConnectionEnds): Promise<string | undefined>;
  connections(): Promise<readonly TcpcryptConnection[]>;
  status(): Promise<TcpcryptStatus>;
  /** Every change from now on. It ends with `close`, and throws when tcpcryptd ends. */
  watch(): AsyncGenerator<TcpcryptEvent, void, undefined>;
  /** Forgets the secrets kept for the next connection to the same place (RFC 8548 §3.5). */
  flush(socket: OpenSocket | ConnectionEnds): Promise<boolean>;
  /** Begins to use new keys (RFC 8548 §3.8); false when there is no such session. */
  rekey(socket: OpenSocket | ConnectionEnds): Promise<boolean>;
  /** Ends tcpcryptd, as root. */
  stop(): Promise<void>;
  close(): void;
}

/** A client that keeps one connection to tcpcryptd, opened with the first question. */
export function createTcpcryptClient(options: TcpcryptClientOptions = {}): TcpcryptClient {
  const { socketPath = defaultSocketPath, timeoutMs = 2000, whenUnreachable = "throw" } = options;
  const remembered = new WeakMap<object, string>();
  const watching = new Set<Channel>();
  let kept: Channel | undefined;
  let isClosed = false;

  async function ask(question: Question): Promise<Answer> {
    const channel = openChannel();
    const isReused = channel.hasAnswered;
    try {
      return checked(await channel.ask(question, timeoutMs));
    } catch (error) {
      // tcpcryptd may have been started anew since the last question.
      if (!isReused || codeOf(error) !== "unreachable") throw error;
      return checked(await openChannel().ask(question, timeoutMs));
    }
  }

  function openChannel(): Channel {
    if (isClosed) throw new TcpcryptClientError("closed");
    if (kept?.isOpen !== true) kept = new Channel(socketPath);
    return kept;
  }

  async function sessionOf(socket: OpenSocket | ConnectionEnds) {
    const ends = endsOf(socket);
    if (ends === undefined) return undefined;
    try {
      const { connection } = await ask({ ask: "session", ...ends });
      return connection?.encrypted ? connection : undefined;
    } catch (error) {
      const code = codeOf(error);
      const isNone = code === "unreachable" || code === "timed-out";
      if (isNone && whenUnreachable === "none") return undefined;
      throw error;
    }
  }

  async function change(what: "flush" | "rekey", socket: OpenSocket | ConnectionEnds) {
    const ends = endsOf(socket);
    return ends !== undefined && (await ask({ ask: what, ...ends })).done === true;
  }

  return {
    sessionOf,
    async sessionIdOf(socket) {
      const known = remembered.get(socket);
      if (known !== undefined) return known;
      const sessionId = (await sessionOf(socket))?.sessionId;
      if (sessionId === undefined || "local" in socket || endsOf(socket) === undefined) {
        return sessionId;
      }
      // A connection keeps its session ID for life; after its end the socket may have another one.
      if (socket.once?.("close", () => remembered.delete(socket)) !== undefined) {
        remembered.set(socket, sessionId);
      }
      return sessionId;
    },
    connections: async () => present((await ask({ ask: "connections" })).connections),
    status: async () => present((await ask({ ask: "status" })).status),
    async *watch() {
      if (isClosed) throw new TcpcryptClientError("closed");
      const channel = new Channel(socketPath);
      watching.add(channel);
      try {
        yield* eventsOf(channel, timeoutMs);
      } catch (error) {
        if (!isClosed) throw error;
      } finally {
        watching.delete(channel);
        channel.close(new TcpcryptClientError("closed"));
      }
    },
    flush: (socket) => change("flush", socket),
    rekey: (socket) => change("rekey", socket),
    async stop() {
      await ask({ ask: "stop" });
    },
    close() {
      isClosed = true;
      for (const channel of [kept, ...watching]) channel?.close(new TcpcryptClientError("closed"));
    },
  };
}

async function* eventsOf(channel: Channel, timeoutMs: number): AsyncGenerator<TcpcryptEvent> {
  const events: TcpcryptEvent[] = [];
  let wake = () => {};
  let end: unknown;
  const stop = (error: unknown) => {
    end ??= error;
    wake();
  };
  channel.ref();
  channel.watch({ ask: "watch" }, (answer) => {
    const { event, connection, error } = answer;
    if (event !== undefined && connection != null) events.push({ event, connection });
    else if (error !== undefined) stop(refusal(error));
    if (events.length > maxEvents) stop(new TcpcryptClientError("failed", "events were not taken"));
    wake();
  });
  void channel.ended.then(stop);
  // Questions are answered in turn: with this answer, the watch has begun.
  const { connections } = checked(await channel.ask({ ask: "connections" }, timeoutMs));
  for (const connection of present(connections)) yield { event: "present", connection };
  for (;;) {
    for (let next = events.shift(); next !== undefined; next = events.shift()) yield next;
    if (end !== undefined) throw end;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

/** A watcher that does not take what it asked for must not fill its memory. */
const maxEvents = 100_000;

function checked(answer: Answer): Answer {
  if (answer.error !== undefined) throw refusal(answer.error);
  return answer;
}

function refusal(error: string): TcpcryptClientError {
  if (error === "forbidden") return new TcpcryptClientError("not-allowed");
  return new TcpcryptClientError(error === "failed" ? "failed" : "bad-answer", error);
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new TcpcryptClientError("bad-answer");
  return value;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof TcpcryptClientError ? error.code : undefined;
}
