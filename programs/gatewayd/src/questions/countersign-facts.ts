import { type Allow, identityHeaders, type Visit } from "@countersign/gateway";
import { GatewayError } from "../gateway-error.ts";
import { readSaid, type SaidOfConnection } from "../tcpcrypt/connection.ts";
import { createFactReader } from "./fact-reader.ts";
import type { Dialect, Question, Reply } from "./question.ts";
import { oddNamesIn, RawHeaders } from "./raw-headers.ts";
import { answerFor, bare } from "./replies.ts";

/** In the spelling of examples/nginx and examples/haproxy. */
const readFacts = createFactReader([
  "X-Countersign-Method",
  "X-Countersign-Scheme",
  "X-Countersign-Host",
  "X-Countersign-Uri",
  "X-Countersign-Client-Address",
  "X-Countersign-Protocol",
]);

/**
 * The visit that a web server asks about in headers that it sets itself. Beside them stand those
 * of the visitor that it copies.
 *
 * @throws {GatewayError} `missing-fact` or `repeated-fact`.
 */
export function readVisit({ rawHeaders }: Pick<Question, "rawHeaders">): Visit {
  const [method, scheme, host, target, clientAddress, protocol] = readFacts(rawHeaders);
  if (scheme !== "http" && scheme !== "https") throw missing("Scheme");
  if (!method) throw missing("Method");
  if (!host) throw missing("Host");
  if (!target) throw missing("Uri");
  if (!clientAddress) throw missing("Client-Address");
  return {
    method,
    httpVersion: protocol === "HTTP/1.0" ? "1.0" : "1.1",
    scheme,
    host,
    target,
    clientAddress,
    headers: new RawHeaders(rawHeaders),
    oddHeaderNames: oddNamesIn(rawHeaders),
  };
}

const readConnectionFact = createFactReader(["X-Countersign-Connection"]);

/** @throws {GatewayError} `repeated-fact`. */
function readConnection({
  rawHeaders,
}: Pick<Question, "rawHeaders">): SaidOfConnection | undefined {
  const [said] = readConnectionFact(rawHeaders);
  return said === undefined ? undefined : readSaid(said);
}

/** nginx's `auth_request`: knows 2xx, 401 and 403 only, so that a second question brings the answer. */
export const auth: Dialect = {
  readVisit,
  readConnection,
  allowed: (allow, sessionId) => letInFor(allow, 204, sessionId),
  refused: () => bare(401),
};

/** Where nginx fetches what the visitor gets, after a 401. That nothing is wrong now does not let in. */
export const answer: Dialect = {
  asksAgain: true,
  readVisit,
  allowed: () => bare(401),
  refused: answerFor,
};

/** Both in one, for web servers that let in on 200 alone and else pass the answer on. */
export const check: Dialect = {
  readVisit,
  readConnection,
  allowed: (allow, sessionId) => letInFor(allow, 200, sessionId),
  refused: answerFor,
};

/** Lets in, and says for how long the web server may keep that. */
function letInFor(allow: Allow, status: number, sessionId?: string): Reply {
  // Kept, it would become the session ID of the visitor's next connection.
  const caching = sessionId === undefined ? cacheControlOf(allow) : "no-store";
  const headers = [...identityHeaders(allow, sessionId), "Cache-Control", caching];
  return { status, headers, body: "" };
}

function cacheControlOf({ cacheSeconds }: Allow): string {
  return cacheSeconds === 0 ? "no-store" : `max-age=${cacheSeconds}`;
}

function missing(name: string): GatewayError {
  return new GatewayError("missing-fact", `X-Countersign-${name}`);
}
