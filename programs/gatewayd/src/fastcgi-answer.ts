import { type AuthorizerResponse, writeResponse } from "@countersign/fastcgi";
import type { Allow, Visit } from "@countersign/gateway";
import { type Desk, decideAt } from "./desk.ts";
import { readConnection, readVisit, render, withSessionId } from "./fastcgi-authorizer.ts";
import { connectionOf } from "./tcpcrypt/connection.ts";

/**
 * The records that answer a question; later, where the visitor's ticket is renewed meanwhile, or the
 * daemon is asked for the session ID of the connection.
 */
export function answerQuestion(
  desk: Desk,
  requestId: number,
  params: ReadonlyMap<string, string>,
): Uint8Array | Promise<Uint8Array> {
  try {
    const visit = readVisit(params);
    const decision = decideAt(desk, visit);
    const response = render(decision, visit.method);
    if (decision.kind !== "allow") return writeResponse(requestId, response);
    if (response.status !== 200) {
      const user = decision.ticket?.uid;
      desk.world.log.warn({ user }, "identity has spaces at an end, which FastCGI cannot carry");
      return writeResponse(requestId, response);
    }
    const { sessionIds } = desk.setup;
    if (decision.renewal === undefined && sessionIds === undefined) {
      return writeResponse(requestId, response);
    }
    const connection = connectionOf(visit, readConnection(params));
    return Promise.all([
      withNewTicket(desk, { allow: decision, visit, response }),
      sessionIds?.of(connection) ?? "",
    ]).then(
      ([renewed, sessionId]) => writeResponse(requestId, withSessionId(renewed, sessionId)),
      (error: unknown) => failed(desk, requestId, error),
    );
  } catch (error) {
    return failed(desk, requestId, error);
  }
}

/** At once: who waits in a queue asks again before it is their turn. */
export function answerOverload(desk: Desk, requestId: number): Uint8Array {
  desk.load.refusedRequests += 1;
  const headers = [
    ["Retry-After", "1"],
    ["Cache-Control", "no-store"],
  ] as const;
  return writeResponse(requestId, { status: 503, statusText: "Service Unavailable", headers });
}

interface Due {
  readonly allow: Allow;
  readonly visit: Visit;
  readonly response: AuthorizerResponse;
}

/** Apache gives the visitor the other headers of a 200; lighttpd drops them. */
async function withNewTicket(desk: Desk, due: Due): Promise<AuthorizerResponse> {
  const { allow, visit, response } = due;
  const setCookie = await desk.renewer.renew(allow, visit, desk.world.now());
  if (setCookie === undefined) return response;
  // What the application says of caches stays beside it, and the stricter one counts.
  const more = [
    ["Set-Cookie", setCookie],
    ["Cache-Control", "no-store"],
  ] as const;
  return { ...response, headers: [...response.headers, ...more] };
}

function failed(desk: Desk, requestId: number, error: unknown): Uint8Array {
  desk.world.log.error(error, "could not decide");
  return writeResponse(requestId, { status: 500, headers: [["Cache-Control", "no-store"]] });
}
