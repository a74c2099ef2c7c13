import type { IncomingMessage, ServerResponse } from "node:http";
import { type Duplex, PassThrough } from "node:stream";
import { isCacheHeader } from "@countersign/gateway";
import type { EpochSeconds } from "@countersign/ticket";
import type { Logger } from "pino";
import type { Dispatcher } from "undici";
import type { Endings } from "./endings.ts";
import { hasBody } from "./has-body.ts";
import { endToEnd, pairs, without } from "./hop-by-hop.ts";
import type { ProxyRoute } from "./routes.ts";
import { plainAnswer, writeAnswer } from "./write-answer.ts";

/** A request that was let in, on its way to the application. */
export interface Passage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: ProxyRoute;
  /** For the application: names and values in turn. */
  readonly headers: readonly string[];
  /** What the answer gets besides the application's, with a Cache-Control in place of its own. */
  readonly added: readonly string[];
  /** Of the ticket; `undefined`: the place asks for none. */
  readonly validUntil: EpochSeconds | undefined;
  readonly endings: Endings;
  readonly log: Logger;
}

/** Carries on once the application has agreed to a WebSocket; its headers are end-to-end ones. */
export type Switch = (headers: readonly string[], application: Duplex) => void;

/**
 * Takes a request to the application and the answer back. Both stream, and neither is read faster
 * than it is written. With `onSwitch` it asks the application for a WebSocket.
 */
export function forward(passage: Passage, onSwitch?: Switch): void {
  const { request, response, route, headers } = passage;
  // While the ticket was renewed.
  if (response.destroyed) return;
  if (route.load.requests >= route.load.most) {
    writeAnswer(response, plainAnswer(503));
    return;
  }
  const release = occupy(route);
  response.once("close", release);
  // An upload may not outlive the ticket, either.
  const answered = passage.endings.add(passage.validUntil, (reason) => {
    if (reason === "ticket-ended") response.destroy();
  });
  response.once("close", answered);
  const body = hasBody(request) ? request.pipe(new PassThrough()) : null;
  const options: Dispatcher.DispatchOptions = {
    path: request.url ?? "",
    method: request.method ?? "",
    headers: [...headers],
    // Not the request itself: an application that answers early would cut the visitor off.
    body,
    upgrade: onSwitch === undefined ? null : "websocket",
  };
  const switching: Switch = (headers, application) => {
    // It has left the pool.
    release();
    answered();
    onSwitch?.(headers, application);
  };
  const dispatch = (tryAgain?: () => void) =>
    route.pool.dispatch(options, new Answering(passage, { switching, answered, tryAgain }));
  dispatch(body === null && isSafe(request) ? () => dispatch() : undefined);
}

/** Counts a request among those that the application has, until what this gives is called. */
function occupy({ load }: ProxyRoute): () => void {
  let held = 1;
  load.requests += held;
  return () => {
    load.requests -= held;
    held = 0;
  };
}

/** RFC 9110 §9.2.1, of which these two are sent most. */
function isSafe({ method }: IncomingMessage): boolean {
  return method === "GET" || method === "HEAD";
}

/** What is to be done on the way. */
interface Steps {
  readonly switching: Switch;
  /** Once the head of the answer is there. */
  readonly answered: () => void;
  readonly tryAgain: (() => void) | undefined;
}

/** What comes back from the application, as undici tells it. */
class Answering implements Dispatcher.DispatchHandler {
  readonly #passage: Passage;
  readonly #steps: Steps;
  #isEventStream = false;
  /** The application has said all. */
  #isOver = false;

  constructor(passage: Passage, steps: Steps) {
    this.#passage = passage;
    this.#steps = steps;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { response } = this.#passage;
    const leave = () => {
      if (!this.#isOver) controller.abort(new Error("the visitor has gone"));
    };
    if (response.destroyed) leave();
    else response.once("close", leave);
  }

  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    _status: number,
    _headers: unknown,
    application: Duplex,
  ): void {
    const headers = rawHeaders(controller);
    if ([...pairs(headers)].some(isWebSocketUpgrade)) {
      this.#steps.switching(endToEnd(headers), application);
      return;
    }
    application.destroy();
    this.#refuse("another-protocol");
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    const { response, added } = this.#passage;
    // Hints of what is to come (103) end here; 100 and 101 never get here.
    if (status < 200) return;
    const kept = endToEnd(rawHeaders(controller));
    // RFC 9110 §8.6: there is no body that it could be the length of.
    const hasLength = status !== 204;
    const isDropped = (name: string) =>
      (added.length > 0 && isCacheHeader(name)) || (!hasLength && name === "content-length");
    const headers = [...without(kept, isDropped), ...added];
    this.#isEventStream = [...pairs(headers)].some(isEventStreamType);
    // Without the application's phrase, which may hold what Node.js sends nobody.
    response.writeHead(status, headers);
    // An event stream has a head long before its first event; other heads go along with a body.
    queueMicrotask(() => response.flushHeaders());
    response.on("drain", () => controller.resume());
    this.#steps.answered();
    this.#endWithTicket();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#passage.response.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#isOver = true;
    this.#passage.response.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const { response } = this.#passage;
    const { tryAgain } = this.#steps;
    // Half an answer must not look whole, and a visitor who has gone wants none.
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const code = "code" in error ? String(error.code) : error.name;
    if (tryAgain !== undefined && staleConnection.has(code)) tryAgain();
    else this.#refuse(code);
  }

  /** Answers in place of an application that gave no answer, or none to pass on. */
  #refuse(code: string): void {
    const { response, route, log } = this.#passage;
    const { site, upstream } = route;
    log.warn({ site, upstream, code }, "the application did not answer");
    try {
      writeAnswer(response, plainAnswer(statusFor(code)));
    } catch {
      // Nobody else would answer, or let the next one have this one's room.
      response.destroy();
    }
  }

  /** An answer that goes on and on may not outlive the ticket. */
  #endWithTicket(): void {
    const { response, validUntil, endings } = this.#passage;
    const forget = endings.add(validUntil, (reason) => {
      // It is made of whole events, and has no end of its own. Half of anything else must not look whole.
      if (this.#isEventStream) response.end();
      else if (reason === "ticket-ended") response.destroy();
    });
    response.once("close", forget);
  }
}

/** The application closed a connection that we kept, just when we used it again. */
const staleConnection: ReadonlySet<string> = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);

const tookTooLong: ReadonlySet<string> = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "ETIMEDOUT",
]);

function statusFor(code: string): 400 | 502 | 504 {
  // undici is stricter than Node.js about what it sends.
  if (code === "UND_ERR_INVALID_ARG") return 400;
  return tookTooLong.has(code) ? 504 : 502;
}

function isWebSocketUpgrade([name, value]: readonly [string, string]): boolean {
  return name.toLowerCase() === "upgrade" && value.toLowerCase() === "websocket";
}

function isEventStreamType([name, value]: readonly [string, string]): boolean {
  return name.toLowerCase() === "content-type" && /^text\/event-stream\b/i.test(value);
}

/** As they came, so that no Set-Cookie is lost and no byte changed. */
function rawHeaders({ rawHeaders }: Dispatcher.DispatchController): string[] {
  if (!Array.isArray(rawHeaders)) return [];
  return rawHeaders.map((text: Buffer | string) =>
    typeof text === "string" ? text : text.toString("latin1"),
  );
}
