import { connect, type Socket } from "node:net";
import { type Answer, parseAnswer } from "./answers.ts";
import { TcpcryptClientError } from "./client-error.ts";

/** What is asked; `id` and version are added. */
export type Question = Readonly<Record<string, unknown>> & { readonly ask: string };

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** More than the longest list of connections; a line without an end must not fill the memory. */
const maxAnswerBytes = 256 * 1024 * 1024;

/** One connection to the control socket. Questions may be asked before earlier ones are answered. */
export class Channel {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #watchers = new Map<number, (answer: Answer) => void>();
  /** Settles when the connection has ended, with the reason. */
  readonly ended: Promise<TcpcryptClientError>;
  #lastId = 0;
  #answered = 0;
  #pieces: Buffer[] = [];
  #unreadBytes = 0;
  #end: TcpcryptClientError | undefined;

  constructor(socketPath: string) {
    this.#socket = connect({ path: socketPath });
    // Only a question that waits keeps the process alive, by its timer.
    this.#socket.unref();
    this.#socket.on("data", (piece: Buffer) => this.#receive(piece));
    let cause: Error | undefined;
    this.#socket.on("error", (error) => {
      cause = error;
    });
    this.ended = new Promise((resolve) => {
      this.#socket.once("close", () => {
        this.#end ??= new TcpcryptClientError("unreachable", socketPath, { cause });
        for (const { reject } of this.#waiting.values()) reject(this.#end);
        this.#waiting.clear();
        resolve(this.#end);
      });
    });
  }

  get isOpen(): boolean {
    return this.#end === undefined && !this.#socket.destroyed;
  }

  /** Whether any answer came over this connection yet. */
  get hasAnswered(): boolean {
    return this.#answered > 0;
  }

  /** @throws {TcpcryptClientError} `unreachable`, `timed-out`, `bad-answer` or `closed` */
  ask(question: Question, timeoutMs: number): Promise<Answer> {
    const id = this.#send(question);
    return new Promise<Answer>((resolve, reject) => {
      if (this.#end !== undefined) return reject(this.#end);
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new TcpcryptClientError("timed-out"));
      }, timeoutMs);
      const settle = <T>(done: (value: T) => void) => {
        return (value: T) => {
          clearTimeout(timer);
          done(value);
        };
      };
      this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
    });
  }

  /** Asks what has many answers. */
  watch(question: Question, tell: (answer: Answer) => void): void {
    this.#watchers.set(this.#send(question), tell);
  }

  /** Keeps the process alive as long as the connection. */
  ref(): void {
    this.#socket.ref();
  }

  close(why: TcpcryptClientError): void {
    this.#end ??= why;
    this.#socket.destroy();
  }

  #send(question: Question): number {
    this.#lastId += 1;
    const id = this.#lastId;
    if (this.isOpen) this.#socket.write(`${JSON.stringify({ v: 1, id, ...question })}\n`);
    return id;
  }

  #receive(piece: Buffer): void {
    let rest = piece;
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      this.#pieces.push(rest.subarray(0, end));
      const line = Buffer.concat(this.#pieces).toString("utf8");
      this.#pieces = [];
      this.#unreadBytes = 0;
      rest = rest.subarray(end + 1);
      this.#take(line);
    }
    this.#pieces.push(rest);
    this.#unreadBytes += rest.length;
    if (this.#unreadBytes > maxAnswerBytes) this.close(new TcpcryptClientError("bad-answer"));
  }

  #take(line: string): void {
    let answer: Answer;
    try {
      answer = parseAnswer(line);
    } catch (error) {
      if (!(error instanceof TcpcryptClientError)) throw error;
      this.close(error);
      return;
    }
    this.#answered += 1;
    this.#watchers.get(answer.id)?.(answer);
    // Nobody waits any more for an answer that came too late.
    this.#waiting.get(answer.id)?.resolve(answer);
    this.#waiting.delete(answer.id);
  }
}
