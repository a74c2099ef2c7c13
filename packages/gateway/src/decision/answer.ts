import type { Visit } from "../visit/visit.ts";
import type { BadRequest, Reason } from "./reason.ts";
import type { Redirect } from "./redirects.ts";

/** A whole answer to a visitor. To HEAD it goes without its body. */
export interface Answer {
  readonly status: number;
  /** Values are printable ASCII. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** What a program is told: problem details (RFC 9457). */
export interface Problem {
  readonly status: 400 | 401 | 403;
  readonly title: string;
  readonly reason: Reason | BadRequest;
  /** Where a person could sign in. */
  readonly login?: string | undefined;
}

/** No answer to one visitor may become the answer to the next. */
export const unstored = [
  ["Cache-Control", "no-store"],
  ["Vary", "Accept, Cookie, Origin, Sec-Fetch-Mode, Sec-Fetch-Site, Upgrade, X-Requested-With"],
] as const;

/** Sends a visitor elsewhere. */
export function redirectAnswer({ status, location }: Redirect): Answer {
  return { status, headers: [["Location", location], ...unstored], body: "" };
}

/** Tells a program what is wrong. */
export function problemAnswer(
  { status, title, reason, login }: Problem,
  headers: Answer["headers"] = [],
): Answer {
  const details = { type: `urn:countersign:${reason}`, title, status, reason, login };
  const type = ["Content-Type", "application/problem+json"] as const;
  return { status, headers: [type, ...unstored, ...headers], body: `${JSON.stringify(details)}\n` };
}

/** What a script of another site needs in order to read the answer (CORS); nothing for others. */
export function corsHeaders(visit: Visit, corsOrigins: readonly string[]): Answer["headers"] {
  const origin = visit.headers.get("origin");
  if (!origin || !corsOrigins.includes(origin)) return [];
  return [
    ["Access-Control-Allow-Origin", origin],
    ["Access-Control-Allow-Credentials", "true"],
  ];
}
