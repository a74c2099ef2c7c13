import { type Decision, identityHeaders, type Redirect, type Visit } from "@countersign/gateway";
import { GatewayError } from "./gateway-error.ts";

/** An answer without a body. */
export interface Answer {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
}

/** The headers that bring the facts, in the spelling of examples/nginx. */
const factNames = [
  "X-Countersign-Method",
  "X-Countersign-Scheme",
  "X-Countersign-Host",
  "X-Countersign-Uri",
  "X-Countersign-Client-Address",
  "X-Countersign-Protocol",
  "Cookie",
] as const;

const lowerCaseNames = factNames.map((name) => name.toLowerCase());

/**
 * The visit that nginx asks about, from the headers that it sets itself: names and values in turn.
 * The caller has made sure that they come from a trusted web server.
 *
 * @throws {GatewayError} `missing-fact` or `repeated-fact`: then nobody can decide.
 */
export function readVisit(rawHeaders: readonly string[]): Visit {
  // Not `request.headers`: making that object costs more than the decision.
  const said = factNames.map((): string | undefined => undefined);
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const position = positionOf(rawHeaders[index] ?? "");
    if (position === -1) continue;
    if (said[position] !== undefined) throw new GatewayError("repeated-fact", factNames[position]);
    said[position] = rawHeaders[index + 1] ?? "";
  }
  const [method, scheme, host, target, clientAddress, protocol, cookies] = said;
  if (scheme !== "http" && scheme !== "https") throw missing("Scheme");
  if (!method) throw missing("Method");
  if (!host) throw missing("Host");
  if (!target) throw missing("Uri");
  if (!clientAddress) throw missing("Client-Address");
  const httpVersion = protocol === "HTTP/1.0" ? "1.0" : "1.1";
  return { method, httpVersion, scheme, host, target, clientAddress, cookies, wants: "page" };
}

/**
 * The decision in nginx's words: auth_request knows 2xx, 401 and 403 only, so that what the
 * visitor gets travels in headers, for `error_page` to carry out.
 */
export function render(decision: Decision): Answer {
  switch (decision.kind) {
    case "allow":
      return { status: 204, headers: [...identityHeaders(decision.ticket), ...noStore] };
    case "log-in":
    case "renew":
      return redirected(decision.redirect);
    case "forbid":
      return decision.redirect === undefined ? refused(403) : redirected(decision.redirect);
    case "bad-request":
      return refused(400);
  }
}

const noStore = ["Cache-Control", "no-store"];

function redirected({ status, location }: Redirect): Answer {
  const redirect = ["X-Countersign-Redirect", location, "X-Countersign-Status", `${status}`];
  return { status: 401, headers: [...redirect, ...noStore] };
}

function refused(status: 400 | 403): Answer {
  return { status: 403, headers: ["X-Countersign-Status", `${status}`, ...noStore] };
}

/** Comparing with seven names is faster than hashing a string that has just been made. */
function positionOf(name: string): number {
  for (let position = 0; position < factNames.length; position += 1) {
    if (name === factNames[position]) return position;
  }
  return lowerCaseNames.indexOf(name.toLowerCase());
}

function missing(name: string): GatewayError {
  return new GatewayError("missing-fact", `X-Countersign-${name}`);
}
