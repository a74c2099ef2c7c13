import { clientAddressOf, readOrigin, trustedPeer, type Visit } from "@countersign/gateway";
import { GatewayError } from "../gateway-error.ts";
import { readSaid, type SaidOfConnection } from "../tcpcrypt/connection.ts";
import { createFactReader } from "./fact-reader.ts";
import type { Dialect, Question, Reply } from "./question.ts";
import { oddNamesIn, RawHeaders } from "./raw-headers.ts";
import { answerFor, letIn } from "./replies.ts";

/** Where they ask, perhaps with the only site that they ask for, and the visitor's connection. */
export const forwardAuthPath = "/forward-auth";

/** As Caddy (`forward_auth`) and Traefik (ForwardAuth) write them over whatever the visitor sent. */
const readFacts = createFactReader([
  "X-Forwarded-Method",
  "X-Forwarded-Proto",
  "X-Forwarded-Host",
  "X-Forwarded-Uri",
  "X-Forwarded-For",
]);

/**
 * The visit that Caddy or Traefik asks about. All headers of the visitor's come with the question.
 *
 * @throws {GatewayError} `missing-fact` or `repeated-fact`.
 */
function readVisit({ target: asked, rawHeaders, trustedProxies }: Question): Visit {
  const [method, proto, host, target, forwardedFor] = readFacts(rawHeaders);
  const headers = new RawHeaders(rawHeaders);
  const scheme = schemeOf(proto);
  const clientAddress = clientAddressOf(trustedPeer, forwardedFor, trustedProxies);
  if (!method) throw missing("Method");
  if (scheme === undefined) throw missing("Proto");
  if (host === undefined) throw missing("Host");
  if (!target) throw missing("Uri");
  if (clientAddress === undefined) throw missing("For");
  return {
    method,
    // No fact of theirs: only examples/caddy sets it, and otherwise the visitor may.
    httpVersion: headers.get("x-countersign-protocol") === "HTTP/1.0" ? "1.0" : "1.1",
    scheme,
    // No site has this host, so that the visit is refused like one to any that is not ours.
    host: isAskedFor(asked, scheme, host) ? host : "",
    target,
    clientAddress,
    headers,
    oddHeaderNames: oddNamesIn(rawHeaders),
  };
}

/** Traefik calls the scheme of a WebSocket by its own name. */
function schemeOf(proto: string | undefined): Visit["scheme"] | undefined {
  if (proto === "https" || proto === "wss") return "https";
  return proto === "http" || proto === "ws" ? "http" : undefined;
}

/** Whether the visit is to the site that this web server asks for, if it says which that is. */
function isAskedFor(asked: string, scheme: Visit["scheme"], host: string): boolean {
  const [pinned = ""] = asked.split(connectionArgument, 1);
  const expected = `${forwardAuthPath}?site=${scheme}://${host}`;
  if (pinned === forwardAuthPath || pinned === expected) return true;
  return readOrigin(scheme, host)?.text === pinnedOrigin(pinned);
}

const connectionArgument = "&connection=";

/** In the address that it asks at, which is its own: any header could be the visitor's. */
function readConnection({ target }: Pick<Question, "target">): SaidOfConnection | undefined {
  if (!target.includes(connectionArgument)) return undefined;
  const said = new URLSearchParams(target.slice(forwardAuthPath.length)).get("connection");
  return readSaid(said ?? "");
}

/** `?site=https://wiki.example.com` */
function pinnedOrigin(asked: string): string {
  const site = new URLSearchParams(asked.slice(forwardAuthPath.length)).get("site");
  const [, scheme, host = ""] = /^(https?):\/\/(.*)$/.exec(site ?? "") ?? [];
  const origin = scheme === "http" || scheme === "https" ? readOrigin(scheme, host) : undefined;
  // Whoever pins the site and mistypes it must not find that it is not pinned.
  if (origin === undefined) throw new GatewayError("missing-fact", "?site=");
  return origin.text;
}

/** Both web servers take any 2xx for leave to pass; examples/caddy gives the real status back. */
function withoutLeave(reply: Reply): Reply {
  if (reply.status >= 300) return reply;
  const status = ["X-Countersign-Status", `${reply.status}`];
  return { ...reply, status: 403, headers: [...reply.headers, ...status] };
}

/** Caddy and Traefik: let in on 2xx, and else pass the answer on. */
export const forwardAuth: Dialect = {
  readVisit,
  readConnection,
  allowed: letIn,
  refused: (refused) => withoutLeave(answerFor(refused)),
};

function missing(name: string): GatewayError {
  return new GatewayError("missing-fact", `X-Forwarded-${name}`);
}
