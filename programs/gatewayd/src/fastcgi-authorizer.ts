import { STATUS_CODES } from "node:http";
import type { AuthorizerResponse } from "@countersign/fastcgi";
import {
  type Allow,
  type Decision,
  identityVariables,
  type NamedValue,
  type Refused,
  type Visit,
} from "@countersign/gateway";
import { GatewayError } from "./gateway-error.ts";
import { servedPathOf } from "./served-path.ts";
import type { SaidOfConnection } from "./tcpcrypt/connection.ts";

/**
 * The visit that a web server asks about, from its CGI variables (RFC 3875 §4.1).
 *
 * @throws {GatewayError} `missing-fact`: then nobody can decide.
 */
export function readVisit(params: ReadonlyMap<string, string>): Visit {
  const scheme = fact(params, "REQUEST_SCHEME");
  if (scheme !== "http" && scheme !== "https") throw missing("REQUEST_SCHEME");
  const oddHeader = params.get("COUNTERSIGN_ODD_HEADER");
  return {
    method: fact(params, "REQUEST_METHOD"),
    httpVersion: fact(params, "SERVER_PROTOCOL") === "HTTP/1.0" ? "1.0" : "1.1",
    scheme,
    // With UseCanonicalName On the name of the virtual host. HTTP_HOST is the visitor's choice, and with it the policy would be.
    host: `${fact(params, "SERVER_NAME")}:${fact(params, "SERVER_PORT")}`,
    target: fact(params, "REQUEST_URI"),
    servedPath: servedPathOf(params),
    clientAddress: fact(params, "REMOTE_ADDR"),
    headers: { get: (name) => params.get(`HTTP_${name.toUpperCase().replaceAll("-", "_")}`) },
    // Variables do not tell `_` from `-`, so that the web server must say that there is such a name.
    oddHeaderNames: oddHeader === undefined ? [] : [oddHeader],
  };
}

/** What a web server says of the visitor's connection in its CGI variables. */
export function readConnection(params: ReadonlyMap<string, string>): SaidOfConnection {
  return {
    // Apache's mod_remoteip makes REMOTE_ADDR of what a proxy says.
    remoteAddress: params.get("COUNTERSIGN_REMOTE_ADDRESS") ?? params.get("REMOTE_ADDR"),
    remotePort: params.get("REMOTE_PORT"),
    localAddress: params.get("SERVER_ADDR"),
    // Apache takes SERVER_PORT from ServerName, which may have the port of a proxy in front.
    localPort: params.get("COUNTERSIGN_LOCAL_PORT") ?? params.get("SERVER_PORT"),
  };
}

/** The decision in the words of a FastCGI authorizer: 200 lets in, anything else is the answer. */
export function render(decision: Decision, method: string): AuthorizerResponse {
  return decision.kind === "allow" ? letIn(decision) : answerFor(decision, method);
}

/** The same answer with the session ID of the visitor's connection by mod_tcpcrypt's name; empty: there is none. */
export function withSessionId(response: AuthorizerResponse, sessionId: string): AuthorizerResponse {
  if (sessionId === "") return response;
  const variable = ["Variable-TCP_CRYPT_SESSID", sessionId] as const;
  return { ...response, headers: [...response.headers, variable] };
}

function letIn(allow: Allow): AuthorizerResponse {
  const identity = identityVariables(allow);
  if (identity === undefined) return tooOddToTell;
  // mod_authnz_fcgi takes REMOTE_USER from an expression, for which it needs another name.
  const user: NamedValue[] = allow.ticket === undefined ? [] : [["AUTHN_USER", allow.ticket.uid]];
  const variables = [...user, ...identity, ...credentialVariables(allow)];
  const headers = variables.map(([name, value]) => [`Variable-${name}`, value] as const);
  return { status: 200, headers };
}

/** What the application's headers are to be made of; the web server does it, and examples/apache-fcgi shows how. */
function credentialVariables({ authorization, cookies, assertion }: Allow): NamedValue[] {
  const variables: NamedValue[] = [];
  // Empty: the application is to get none.
  if (authorization !== undefined) variables.push(["COUNTERSIGN_AUTHORIZATION", authorization]);
  if (cookies !== undefined) variables.push(["COUNTERSIGN_COOKIES", asText(cookies)]);
  if (assertion !== undefined) variables.push(["COUNTERSIGN_ASSERTION", assertion]);
  return variables;
}

/** Parameters come as bytes in Latin-1, and answers go out as UTF-8, without what no header may hold. */
function asText(latin1: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a lenient web server may let them through.
  const header = latin1.replaceAll(/[\u0000-\u0008\u000a-\u001f\u007f]/g, "");
  return Buffer.from(header, "latin1").toString("utf8");
}

function answerFor({ answer }: Refused, method: string): AuthorizerResponse {
  const { status, body } = answer;
  const statusText = STATUS_CODES[status];
  const headers = [...answer.headers, ...typeAgain(answer)];
  return { status, statusText, headers, body: method === "HEAD" ? "" : harmless(body) };
}

/** Apache forgets the type of a body, and its configuration can make a header of another. */
function typeAgain({ headers }: Refused["answer"]): readonly (readonly [string, string])[] {
  const type = headers.find(([name]) => name === "Content-Type")?.[1];
  return type === undefined ? [] : [["X-Countersign-Content-Type", type]];
}

/** Apache takes a body that starts with `/` or a word and a colon as a redirect. */
function harmless(body: string): string {
  return /^(?:\/|[A-Za-z0-9]*:)/.test(body) ? "" : body;
}

/** A space at an end of the identity would be lost on the way. */
const tooOddToTell: AuthorizerResponse = {
  status: 403,
  statusText: "Forbidden",
  headers: [
    ["Content-Type", "text/html; charset=utf-8"],
    ["Cache-Control", "no-store"],
  ],
  body: "<!doctype html><title>Forbidden</title><h1>Forbidden</h1>\n",
};

function fact(params: ReadonlyMap<string, string>, name: string): string {
  const value = params.get(name);
  if (value === undefined || value === "") throw missing(name);
  return value;
}

function missing(name: string): GatewayError {
  return new GatewayError("missing-fact", name);
}
