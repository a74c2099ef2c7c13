import { type IncomingHttpHeaders, request } from "node:http";
import type { ContractVisit, Outcome } from "@countersign/testing/kit/adapter-contract.ts";

/** Where to ask: a port of 127.0.0.1, or a unix socket. */
export type Where = { readonly port: number } | { readonly socketPath: string };

/** What the server answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** One GET with these headers and no others. */
export function get(
  where: Where,
  path: string,
  headers: Record<string, string> = {},
): Promise<HttpAnswer> {
  const options = "port" in where ? { ...where, host: "127.0.0.1" } : where;
  return new Promise((resolve, reject) => {
    request({ ...options, path, headers, agent: false }, (response) => {
      response.resume();
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers }),
      );
    })
      .once("error", reject)
      .end();
  });
}

/** The headers with which nginx asks about a visit. */
export function headersOf(visit: ContractVisit): Record<string, string> {
  return {
    "X-Countersign-Method": visit.method,
    "X-Countersign-Scheme": "http",
    "X-Countersign-Host": visit.host,
    "X-Countersign-Uri": visit.target,
    "X-Countersign-Protocol": `HTTP/${visit.httpVersion}`,
    "X-Countersign-Client-Address": visit.clientAddress,
    ...(visit.cookies === undefined ? {} : { Cookie: visit.cookies }),
  };
}

/** What nginx makes of an answer with the configuration in examples/nginx. */
export function outcomeOf({ status, headers }: HttpAnswer): Outcome {
  const value = (name: string) => String(headers[name]);
  if (status === 204) {
    const user = decodeURIComponent(value("remote-user"));
    const tokens = decodeURIComponent(value("remote-user-tokens"));
    return { kind: "in", user, tokens, data: decodeURIComponent(value("remote-user-data")) };
  }
  const cacheControl = headers["cache-control"];
  const answered = Number(headers["x-countersign-status"]);
  if (status === 401) {
    const location = value("x-countersign-redirect");
    return { kind: "sent", status: answered, location, cacheControl };
  }
  return { kind: "refused", status: status === 403 ? answered : status, cacheControl };
}
