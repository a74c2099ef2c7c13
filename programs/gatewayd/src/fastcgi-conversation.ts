import type { Socket } from "node:net";
import {
  defaultLimits,
  type Effect,
  FastCgiError,
  finish,
  isAwaited,
  newConnection,
  RecordReader,
  receive,
} from "@countersign/fastcgi";
import type { Desk } from "./desk.ts";
import { answerOverload, answerQuestion } from "./fastcgi-answer.ts";
import type { GatewaySettings } from "./settings.ts";

const maxUnsentBytes = 1024 * 1024;

/** How to speak on one connection. */
export interface Terms {
  readonly limits: GatewaySettings["limits"];
  /** Cuts the connection where the web server is not. */
  isTrusted(): boolean;
  /** Whether a connection with so many answers gets no more. */
  isLast(answers: number): boolean;
}

type Authorize = Extract<Effect, { readonly type: "authorize" }>;

/** One connection with a web server that asks over FastCGI, from its first byte on. */
export class Conversation {
  readonly socket: Socket;
  /** Since when a request is under way; in milliseconds of `performance.now()`. */
  busySince: number | undefined;
  readonly #desk: Desk;
  readonly #terms: Terms;
  readonly #reader = new RecordReader();
  #connection = newConnection;
  #answers = 0;

  constructor(desk: Desk, socket: Socket, terms: Terms) {
    this.socket = socket;
    this.#desk = desk;
    this.#terms = terms;
    socket.on("data", (piece) => this.#hear(piece));
  }

  #hear(piece: Uint8Array): void {
    // Twice the headers: a web server adds its own variables.
    const bounds = { ...defaultLimits, maxParamsBytes: 2 * this.#terms.limits.headerBytes };
    try {
      for (const record of this.#reader.read(piece)) {
        this.#advance(receive(this.#connection, record, bounds));
      }
    } catch (error) {
      if (!(error instanceof FastCgiError)) throw error;
      this.#desk.world.log.warn({ code: error.code }, "web server does not speak FastCGI");
      this.socket.destroy();
    }
    // A peer that asks and does not read is cut off before it fills our memory.
    if (this.socket.writableLength > maxUnsentBytes) this.socket.destroy();
  }

  #advance({ next, effects }: ReturnType<typeof receive>): void {
    this.#connection = next;
    if (next.requests.size === 0) this.busySince = undefined;
    else this.busySince ??= performance.now();
    for (const effect of effects) {
      if (effect.type === "send") this.socket.write(effect.bytes);
      if (effect.type === "close") this.socket.end();
      // Asked each time: a reload may have taken the trust away.
      if (effect.type === "authorize" && !this.#terms.isTrusted()) return;
      if (effect.type === "authorize") this.#authorize(effect);
    }
  }

  #authorize({ requestId, params }: Authorize): void {
    const response = this.#desk.surplus.has(this.socket)
      ? answerOverload(this.#desk, requestId)
      : answerQuestion(this.#desk, requestId, params);
    if (response instanceof Uint8Array) this.#reply(requestId, response);
    else void response.then((later) => this.#reply(requestId, later));
  }

  /** The web server may have taken its question back meanwhile. */
  #reply(requestId: number, response: Uint8Array): void {
    if (!isAwaited(this.#connection, requestId)) return;
    this.socket.write(response);
    this.#answers += 1;
    this.#advance(finish(this.#connection, requestId));
    const isIdle = this.#connection.requests.size === 0;
    if (isIdle && this.#terms.isLast(this.#answers)) this.socket.end();
  }
}
