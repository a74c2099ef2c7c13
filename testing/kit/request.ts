import {
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  request as sendPlain,
} from "node:http";
import { request as sendOverTls } from "node:https";

/** One request to a server on loopback, with nothing added that a browser would not send. */
export interface Ask {
  readonly port: number;
  /** The name asked for; `127.0.0.1:port` if absent. */
  readonly host?: string;
  readonly method?: string;
  /** The request target, sent as it is. */
  readonly path: string;
  /** A list is sent as several fields of that name. */
  readonly headers?: OutgoingHttpHeaders;
  /** Sent as a form if it is one. */
  readonly body?: string | URLSearchParams;
  /** The server's own certificate, in PEM: then the request goes over TLS. */
  readonly certificate?: string;
  /** The address of loopback that it comes from; the system's choice if absent. */
  readonly from?: string;
}

/** The answer; redirects are not followed. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly setCookies: readonly string[];
  readonly body: string;
}

const answersWithinMs = 30_000;

/** Sends one request over a new connection to 127.0.0.1 and reads the whole answer. */
export function request(ask: Ask): Promise<Answer> {
  const body = ask.body?.toString() ?? "";
  const headers: OutgoingHttpHeaders = { host: ask.host ?? `127.0.0.1:${ask.port}` };
  if (body !== "") headers["content-length"] = Buffer.byteLength(body);
  if (ask.body instanceof URLSearchParams) {
    headers["content-type"] = "application/x-www-form-urlencoded";
  }
  const options = {
    host: "127.0.0.1",
    port: ask.port,
    method: ask.method ?? "GET",
    path: ask.path,
    headers: { ...headers, ...ask.headers },
    agent: false,
    localAddress: ask.from,
    ca: ask.certificate,
    servername: ask.host?.replace(/:[0-9]+$/, ""),
    signal: AbortSignal.timeout(answersWithinMs),
  } as const;
  return new Promise((resolve, reject) => {
    const send = ask.certificate === undefined ? sendPlain : sendOverTls;
    const outgoing = send(options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          setCookies: incoming.headers["set-cookie"] ?? [],
          body: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
