import { canonicalAddress } from "../hold/addresses.ts";
import type { ConnectionReport, Endpoint, WorkerCounts } from "../worker/messages.ts";

/**
 * The protocol of the control socket: one JSON object a line, each way. Questions carry a number of
 * the asker's choice, which the answer repeats.
 *
 * @module
 */

const protocolVersion = 1;
export const maxRequestBytes = 4096;

/** What is asked about one connection names it as the asking application sees it. */
interface AboutConnection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

export type Request = { readonly id: number } & (
  | ({ readonly ask: "session" | "flush" | "rekey" } & AboutConnection)
  | { readonly ask: "connections" }
  | { readonly ask: "status" }
  | { readonly ask: "watch" }
  | { readonly ask: "stop" }
);

/** Why a request is not carried out. */
export type RequestProblem =
  /** Not JSON, not this shape, or too long. */
  | "bad-request"
  /** Of a version that we do not speak. */
  | "bad-version"
  /** Only root may ask for it. */
  | "forbidden"
  /** A worker does not answer, or something else went wrong. */
  | "failed";

export type Answer =
  | { readonly connection: ConnectionReport | null }
  | { readonly connections: readonly ConnectionReport[] }
  | { readonly status: Status }
  | { readonly event: "opened" | "closed"; readonly connection: ConnectionReport }
  | { readonly done: boolean }
  | { readonly error: RequestProblem; readonly message: string };

/** How tcpcryptd is. */
export interface Status {
  readonly pid: number;
  /** Seconds since 1970. */
  readonly startedAt: number;
  readonly workers: readonly WorkerStatus[];
  /** What is chosen, in the order in which it is tried. */
  readonly rules: readonly RuleStatus[];
  /** How SYNs are held while connecting. */
  readonly hold: { readonly by: string; readonly dials: number };
  /** Destinations left alone for now, since they could not encrypt. */
  readonly plainDestinations: number;
  /** What the administrator should know, one sentence each. */
  readonly warnings: readonly string[];
}

export interface WorkerStatus {
  readonly index: number;
  /** `null` while it is started again. */
  readonly pid: number | null;
  /** `null` when it does not answer. */
  readonly counts: WorkerCounts | null;
}

export interface RuleStatus {
  readonly direction: "outgoing" | "incoming";
  readonly ports: "all" | readonly number[];
  readonly mode: string;
  /** Further conditions, as the settings write them. */
  readonly conditions: readonly string[];
}

/** What was wrong with a line, and its number as far as it could be read. */
export interface RejectedRequest {
  readonly id: number | null;
  readonly error: RequestProblem;
  readonly message: string;
}

/** Reads one line. Members that we do not know are ignored, so that newer askers still get answers. */
export function parseRequest(line: string): Request | RejectedRequest {
  const value = jsonObject(line);
  if (value === undefined) return rejected(null, "expected a JSON object on one line");
  const { v, id, ask } = value;
  if (!isRequestId(id)) return rejected(null, "expected id, a whole number from 0");
  if (v !== protocolVersion) {
    return { id, error: "bad-version", message: `expected v, the version ${protocolVersion}` };
  }
  switch (ask) {
    case "connections":
    case "status":
    case "watch":
    case "stop":
      return { id, ask };
    case "session":
    case "flush":
    case "rekey": {
      const [local, remote] = [readEndpoint(value.local), readEndpoint(value.remote)];
      if (local === undefined || remote === undefined) {
        return rejected(id, "expected local and remote, each with an IP address and a port");
      }
      return { id, ask, local, remote };
    }
    default:
      return rejected(id, `expected ask, one of ${questions.join(", ")}`);
  }
}

const questions = ["session", "connections", "status", "watch", "flush", "rekey", "stop"];

/** An answer as one line. */
export function writeAnswer(id: number | null, answer: Answer): string {
  return `${JSON.stringify({ v: protocolVersion, id, ...answer })}\n`;
}

function rejected(id: number | null, message: string): RejectedRequest {
  return { id, error: "bad-request", message };
}

function readEndpoint(value: unknown): Endpoint | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { address, port } = value as Record<string, unknown>;
  if (typeof address !== "string" || address.length > 100) return undefined;
  const canonical = canonicalAddress(address);
  const isPort = Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535;
  return canonical === undefined || !isPort
    ? undefined
    : { address: canonical, port: Number(port) };
}

function isRequestId(id: unknown): id is number {
  return Number.isSafeInteger(id) && Number(id) >= 0;
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
