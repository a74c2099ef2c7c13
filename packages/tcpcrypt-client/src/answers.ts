import { TcpcryptClientError } from "./client-error.ts";
import type { Endpoint } from "./ends.ts";

interface AnyConnection {
  readonly direction: "outgoing" | "incoming";
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Of application data. */
  readonly bytes: { readonly sent: number; readonly received: number };
  /** Seconds since 1970. */
  readonly openedAt: number;
}

/**
 * A connection that is encrypted with a session ID. Nothing is said about who is at the other end:
 * for that, both ends compare or sign the session ID and their roles (RFC 8547 §5.1).
 */
export interface EncryptedConnection extends AnyConnection {
  readonly encrypted: true;
  /** Upper-case hexadecimal, the same at both ends; no two connections ever have the same. */
  readonly sessionId: string;
  /** One end is host A and the other host B (RFC 8547 §4.3). */
  readonly role: "A" | "B";
  /** How keys were agreed on: curve25519, curve448, p256 or p521. */
  readonly tep: string;
  /** How data is encrypted: aes-128-gcm, aes-256-gcm or chacha20-poly1305. */
  readonly aead: string;
  readonly resumed: boolean;
  /** Whether either end's application says that it knows of the encryption. */
  readonly aware: { readonly local: boolean; readonly remote: boolean };
  readonly rekeys: { readonly local: number; readonly remote: number };
}

/** A connection that passes through tcpcryptd in the clear. */
export interface PlainConnection extends AnyConnection {
  readonly encrypted: false;
  /** no-option, option-lost, not-agreed or broken-peer. */
  readonly reason: string;
}

export type TcpcryptConnection = EncryptedConnection | PlainConnection;

export interface TcpcryptCounts {
  readonly open: { readonly encrypted: number; readonly plain: number; readonly opening: number };
  readonly opened: { readonly encrypted: number; readonly plain: number; readonly resumed: number };
  /** By reason; reasons that never happened are left out. */
  readonly aborted: Readonly<Record<string, number>>;
  readonly cachedSecrets: number;
}

export interface TcpcryptWorker {
  readonly index: number;
  /** `null` while it is started again. */
  readonly pid: number | null;
  /** `null` when it does not answer. */
  readonly counts: TcpcryptCounts | null;
}

export interface TcpcryptRule {
  readonly direction: "outgoing" | "incoming";
  readonly ports: "all" | readonly number[];
  readonly mode: string;
  readonly conditions: readonly string[];
}

/** How tcpcryptd is. */
export interface TcpcryptStatus {
  readonly pid: number;
  /** Seconds since 1970. */
  readonly startedAt: number;
  readonly workers: readonly TcpcryptWorker[];
  /** In the order in which they are tried. */
  readonly rules: readonly TcpcryptRule[];
  /** How the first segments of outgoing connections are held, and of how many now. */
  readonly hold: { readonly by: string; readonly dials: number };
  /** Destinations left alone for now, since they could not encrypt. */
  readonly plainDestinations: number;
  /** What the administrator should know, one sentence each. */
  readonly warnings: readonly string[];
}

/** An answer, by the member that it is told by. What is in it is tcpcryptd's word. */
export interface Answer {
  readonly id: number;
  readonly connection?: TcpcryptConnection | null;
  readonly connections?: readonly TcpcryptConnection[];
  readonly status?: TcpcryptStatus;
  readonly done?: boolean;
  readonly event?: "opened" | "closed";
  readonly error?: string;
}

/**
 * Reads one line from tcpcryptd.
 *
 * @throws {TcpcryptClientError} `bad-answer`
 */
export function parseAnswer(line: string): Answer {
  const value = parseObject(line);
  const { v, id, connection, connections, status, done, event, error } = value;
  const isRight =
    v === 1 &&
    Number.isSafeInteger(id) &&
    isAbsentOr(connection, (it) => it === null || isConnection(it)) &&
    isAbsentOr(connections, (it) => Array.isArray(it) && it.every(isConnection)) &&
    isAbsentOr(status, (it) => isObject(it) && Array.isArray(it.workers)) &&
    isAbsentOr(done, (it) => typeof it === "boolean") &&
    isAbsentOr(event, (it) => it === "opened" || it === "closed") &&
    isAbsentOr(error, (it) => typeof it === "string");
  if (!isRight) throw new TcpcryptClientError("bad-answer");
  return value as unknown as Answer;
}

/** Looks at what a session ID is taken from; that is what an attack would aim at. */
function isConnection(value: unknown): boolean {
  if (!isObject(value) || !isObject(value.local) || !isObject(value.remote)) return false;
  if (value.encrypted === false) return typeof value.reason === "string";
  const { encrypted, sessionId, role } = value;
  // RFC 8547 §5.1: a session ID has at least 33 bytes.
  const isSessionId = typeof sessionId === "string" && /^(?:[0-9A-F]{2}){33,}$/.test(sessionId);
  return encrypted === true && isSessionId && (role === "A" || role === "B");
}

function parseObject(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value)) return value;
  } catch {
    // Falls through: whatever is wrong with it, it is no answer.
  }
  throw new TcpcryptClientError("bad-answer");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isAbsentOr(value: unknown, isRight: (value: unknown) => boolean): boolean {
  return value === undefined || isRight(value);
}
