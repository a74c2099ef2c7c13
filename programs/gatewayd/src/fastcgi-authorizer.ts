import { STATUS_CODES } from "node:http";
import type { AuthorizerResponse } from "@countersign/fastcgi";
import { type Decision, identityVariables, type Redirect, type Visit } from "@countersign/gateway";
import { GatewayError } from "./gateway-error.ts";

/**
 * The visit that a web server asks about, from its CGI variables (RFC 3875 §4.1).
 *
 * @throws {GatewayError} `missing-fact`: then nobody can decide.
 */
export function readVisit(params: ReadonlyMap<string, string>): Visit {
  const scheme = fact(params, "REQUEST_SCHEME");
  if (scheme !== "http" && scheme !== "https") throw missing("REQUEST_SCHEME");
  return {
    method: fact(params, "REQUEST_METHOD"),
    httpVersion: fact(params, "SERVER_PROTOCOL") === "HTTP/1.0" ? "1.0" : "1.1",
    scheme,
    // With UseCanonicalName On the name of the virtual host. HTTP_HOST is the visitor's choice, and with it the rules would be.
    host: `${fact(params, "SERVER_NAME")}:${fact(params, "SERVER_PORT")}`,
    target: fact(params, "REQUEST_URI"),
    clientAddress: fact(params, "REMOTE_ADDR"),
    cookies: params.get("HTTP_COOKIE"),
    wants: "page",
  };
}

/** The decision in the words of a FastCGI authorizer: 200 lets in, anything else is the answer. */
export function render(decision: Decision): AuthorizerResponse {
  switch (decision.kind) {
    case "allow": {
      const variables = identityVariables(decision.ticket);
      if (variables === undefined) return refused(403);
      // mod_authnz_fcgi takes REMOTE_USER from an expression, for which it needs another name.
      const user = ["AUTHN_USER", decision.ticket.uid] as const;
      const headers = [user, ...variables].map(
        ([name, value]) => [`Variable-${name}`, value] as const,
      );
      return { status: 200, headers };
    }
    case "log-in":
    case "renew":
      return redirected(decision.redirect);
    case "forbid":
      return decision.redirect === undefined ? refused(403) : redirected(decision.redirect);
    case "bad-request":
      return refused(400);
  }
}

const noStore = ["Cache-Control", "no-store"] as const;

function redirected({ status, location }: Redirect): AuthorizerResponse {
  return { status, statusText: STATUS_CODES[status], headers: [["Location", location], noStore] };
}

function refused(status: 400 | 403): AuthorizerResponse {
  const statusText = STATUS_CODES[status] ?? "";
  const headers = [["Content-Type", "text/html; charset=utf-8"], noStore] as const;
  // Apache takes a body that starts with `/` or a word and a colon as a redirect; this does not.
  const body = `<!doctype html><title>${statusText}</title><h1>${statusText}</h1>\n`;
  return { status, statusText, headers, body };
}

function fact(params: ReadonlyMap<string, string>, name: string): string {
  const value = params.get(name);
  if (value === undefined || value === "") throw missing(name);
  return value;
}

function missing(name: string): GatewayError {
  return new GatewayError("missing-fact", name);
}
