import { clientAddressOf, trustedPeer, type Visit } from "@countersign/gateway";
import { GatewayError } from "../gateway-error.ts";
import { createFactReader } from "./fact-reader.ts";
import type { Dialect, Question } from "./question.ts";
import { oddNamesIn, RawHeaders } from "./raw-headers.ts";
import { answerFor, letIn } from "./replies.ts";

/** What Envoy writes before the visit's own target. */
export const extAuthzPrefix = "/ext-authz";

const readFacts = createFactReader(["Host", "X-Forwarded-Proto", "X-Forwarded-For"]);

/**
 * The visit that Envoy asks about: it repeats the visitor's request, without its body and with the
 * headers that its settings name.
 *
 * @throws {GatewayError} `missing-fact` or `repeated-fact`.
 */
function readVisit({ method, target, rawHeaders, trustedProxies }: Question): Visit {
  const [host, scheme, forwardedFor] = readFacts(rawHeaders);
  const headers = new RawHeaders(rawHeaders);
  const clientAddress = clientAddressOf(trustedPeer, forwardedFor, trustedProxies);
  if (host === undefined) throw missing("Host");
  if (scheme !== "http" && scheme !== "https") throw missing("X-Forwarded-Proto");
  if (clientAddress === undefined) throw missing("X-Forwarded-For");
  return {
    method,
    // Envoy asks in HTTP/1.1 whatever the visitor spoke; examples/envoy says what that was.
    httpVersion: headers.get("x-countersign-protocol") === "HTTP/1.0" ? "1.0" : "1.1",
    scheme,
    host,
    target: target.slice(extAuthzPrefix.length),
    clientAddress,
    headers,
    oddHeaderNames: oddNamesIn(rawHeaders),
  };
}

/** Envoy: lets in on 200 alone, and else passes the answer on. */
export const extAuthz: Dialect = { readVisit, allowed: letIn, refused: answerFor };

function missing(name: string): GatewayError {
  return new GatewayError("missing-fact", name);
}
