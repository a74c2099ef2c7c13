import { type IncomingHttpHeaders, request } from "node:http";
import type { ContractVisit, Outcome } from "@countersign/testing/kit/adapter-visit.ts";

/** Where to ask: a port of 127.0.0.1, or a unix socket. */
export type Where = { readonly port: number } | { readonly socketPath: string };

/** A request; GET unless it says otherwise. */
export interface HttpQuestion {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the server answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request with these headers and no others. */
export function ask(where: Where, { method = "GET", ...question }: HttpQuestion) {
  const options = "port" in where ? { ...where, host: "127.0.0.1" } : where;
  return new Promise<HttpAnswer>((resolve, reject) => {
    request({ ...options, ...question, method, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("end", () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks).toString() });
      });
    })
      .once("error", reject)
      .end();
  });
}

/** One GET. */
export function get(
  where: Where,
  path: string,
  headers: Record<string, string> = {},
): Promise<HttpAnswer> {
  return ask(where, { path, headers });
}

/** The headers with which nginx asks about a visit. */
export function headersOf(visit: ContractVisit): Record<string, string> {
  return {
    ...headersFrom(visit),
    "X-Countersign-Method": visit.method,
    "X-Countersign-Scheme": "http",
    "X-Countersign-Host": visit.host,
    "X-Countersign-Uri": visit.target,
    "X-Countersign-Protocol": `HTTP/${visit.httpVersion}`,
    "X-Countersign-Client-Address": visit.clientAddress,
  };
}

/** What the visitor sent. */
export function headersFrom({ headers, cookies }: ContractVisit): Record<string, string> {
  return { ...headers, ...(cookies === undefined ? {} : { Cookie: cookies }) };
}

/** The visitor's answer. */
export function answered(answer: HttpAnswer): Outcome {
  return { kind: "answered", ...answer };
}

/** What the application learns of a visitor who is let in. */
export function passed({ headers }: HttpAnswer): Outcome {
  const value = (name: string) => decodeURIComponent(String(headers[name]));
  const { authorization, cookie: cookies } = headers;
  return {
    kind: "in",
    user: value("remote-user"),
    tokens: value("remote-user-tokens"),
    data: value("remote-user-data"),
    ...(authorization === undefined ? {} : { authorization }),
    ...(cookies === undefined ? {} : { cookies }),
  };
}
