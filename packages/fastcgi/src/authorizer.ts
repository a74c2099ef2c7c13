import { FastCgiError } from "./fastcgi-error.ts";
import { maxPairs, readNameValues, writeNameValues } from "./name-values.ts";
import { concatenate, type FastCgiRecord, recordType, writeRecord } from "./record.ts";
import { type ProtocolStatus, writeRefusal } from "./response.ts";

/** How much one connection may ask of us. */
export interface AuthorizerLimits {
  /** Requests in progress at a time; a web server that does not multiplex uses one. */
  readonly maxRequests: number;
  /** Bytes of name-value pairs of one request. */
  readonly maxParamsBytes: number;
}

/** Enough for 16 KiB of headers beside the server's own variables. */
export const defaultLimits: AuthorizerLimits = { maxRequests: 16, maxParamsBytes: 32 * 1024 };

/** Where one request stands. */
type Progress =
  | {
      readonly state: "expecting-params";
      readonly keepConnection: boolean;
      readonly pieces: readonly Uint8Array[];
    }
  | { readonly state: "expecting-answer"; readonly keepConnection: boolean };

/** One connection from a web server: the requests that are in progress, by id. */
export interface AuthorizerConnection {
  readonly requests: ReadonlyMap<number, Progress>;
}

/** What the owner of the socket must do, in order. */
export type Effect =
  | { readonly type: "send"; readonly bytes: Uint8Array }
  | {
      readonly type: "authorize";
      readonly requestId: number;
      readonly params: ReadonlyMap<string, string>;
    }
  /** The web server no longer wants the answer. */
  | { readonly type: "forget"; readonly requestId: number }
  | { readonly type: "close" };

/** The connection afterwards, and what to do. */
export interface Step {
  readonly next: AuthorizerConnection;
  readonly effects: readonly Effect[];
}

/** A connection on which nothing has arrived. */
export const newConnection: AuthorizerConnection = { requests: new Map() };

/**
 * Advances a connection by one record from the web server. It keeps nothing of the record's memory.
 *
 * @throws {FastCgiError} for a record that no web server may send; the connection must then be closed.
 */
export function receive(
  connection: AuthorizerConnection,
  record: FastCgiRecord,
  limits: AuthorizerLimits = defaultLimits,
): Step {
  switch (record.type) {
    case recordType.BEGIN_REQUEST:
      return begin(connection, record, limits);
    case recordType.PARAMS:
      return takeParams(connection, record, limits);
    case recordType.ABORT_REQUEST:
      return abort(connection, record.requestId);
    case recordType.STDIN:
    case recordType.DATA:
      // An Authorizer gets no body (specification, section 6.3); what comes is read over, and nothing is kept.
      return { next: connection, effects: [] };
    default:
      return manage(connection, record, limits);
  }
}

/**
 * Ends a request once its answer has been sent. The web server closes the connection itself if it asked to keep it.
 * A request that is not in progress (aborted meanwhile) changes nothing.
 */
export function finish(connection: AuthorizerConnection, requestId: number): Step {
  const progress = connection.requests.get(requestId);
  const requests = new Map(connection.requests);
  requests.delete(requestId);
  const effects: Effect[] = progress?.keepConnection === false ? [{ type: "close" }] : [];
  return { next: { requests }, effects };
}

/** Whether the web server still waits for an answer to this request. */
export function isAwaited(connection: AuthorizerConnection, requestId: number): boolean {
  return connection.requests.get(requestId)?.state === "expecting-answer";
}

const authorizerRole = 2;
const keepConnectionBit = 1;
const maxParamsRecords = 256;

/**
 * ```text
 * byte  0–1   2      3–7
 *       role  flags  reserved
 * ```
 */
function begin(
  connection: AuthorizerConnection,
  record: FastCgiRecord,
  limits: AuthorizerLimits,
): Step {
  const { requestId, content } = record;
  if (requestId === 0) throw new FastCgiError("bad-request-id");
  const [roleHigh, roleLow, flags] = content;
  if (content.length !== 8 || roleHigh === undefined || roleLow === undefined) {
    throw new FastCgiError("bad-length");
  }
  if (connection.requests.has(requestId)) throw new FastCgiError("repeated-request");
  const keepConnection = ((flags ?? 0) & keepConnectionBit) !== 0;
  if (((roleHigh << 8) | roleLow) !== authorizerRole) {
    return refuse(connection, requestId, "unknown-role", keepConnection);
  }
  if (connection.requests.size >= limits.maxRequests) {
    const status = limits.maxRequests === 1 ? "cannot-multiplex" : "overloaded";
    return refuse(connection, requestId, status, true);
  }
  const progress: Progress = { state: "expecting-params", keepConnection, pieces: [] };
  return { next: withProgress(connection, requestId, progress), effects: [] };
}

function takeParams(
  connection: AuthorizerConnection,
  record: FastCgiRecord,
  limits: AuthorizerLimits,
): Step {
  const { requestId, content } = record;
  const progress = connection.requests.get(requestId);
  // Section 3.3: records of a request that is not in progress are ignored.
  if (progress?.state !== "expecting-params") return { next: connection, effects: [] };
  if (content.length > 0) {
    // A web server needs one or two records; thousands of tiny ones are meant to keep us busy.
    if (progress.pieces.length === maxParamsRecords) throw new FastCgiError("too-long");
    // A view would hold all that arrived with it. (A Buffer's slice() is one, too.)
    const pieces = [...progress.pieces, new Uint8Array(content)];
    // The visitor decides how long the headers are, so this ends one request and not the connection.
    if (pieces.reduce((bytes, piece) => bytes + piece.length, 0) > limits.maxParamsBytes) {
      return refuse(
        without(connection, requestId),
        requestId,
        "overloaded",
        progress.keepConnection,
      );
    }
    return { next: withProgress(connection, requestId, { ...progress, pieces }), effects: [] };
  }
  const params = readNameValues(concatenate(progress.pieces));
  const answering: Progress = {
    state: "expecting-answer",
    keepConnection: progress.keepConnection,
  };
  return {
    next: withProgress(connection, requestId, answering),
    effects: [{ type: "authorize", requestId, params }],
  };
}

function abort(connection: AuthorizerConnection, requestId: number): Step {
  const progress = connection.requests.get(requestId);
  if (progress === undefined) return { next: connection, effects: [] };
  const ended = refuse(
    without(connection, requestId),
    requestId,
    "request-complete",
    progress.keepConnection,
  );
  const forget: Effect = { type: "forget", requestId };
  return { next: ended.next, effects: [forget, ...ended.effects] };
}

/** Records about the connection itself have request id 0. */
function manage(
  connection: AuthorizerConnection,
  record: FastCgiRecord,
  limits: AuthorizerLimits,
): Step {
  if (record.requestId !== 0) throw new FastCgiError("bad-type");
  if (record.type !== recordType.GET_VALUES) {
    // Section 4.2: the eight bytes of FCGI_UNKNOWN_TYPE.
    const content = Uint8Array.of(record.type, 0, 0, 0, 0, 0, 0, 0);
    return answer(connection, { type: recordType.UNKNOWN_TYPE, requestId: 0, content });
  }
  if (record.content.length > maxPairs * 32) throw new FastCgiError("too-long");
  const known = new Map([
    ["FCGI_MAX_REQS", `${limits.maxRequests}`],
    ["FCGI_MPXS_CONNS", limits.maxRequests > 1 ? "1" : "0"],
  ]);
  const asked = readNameValues(record.content);
  const values = new Map([...known].filter(([name]) => asked.has(name)));
  const content = writeNameValues(values);
  return answer(connection, { type: recordType.GET_VALUES_RESULT, requestId: 0, content });
}

function answer(connection: AuthorizerConnection, record: FastCgiRecord): Step {
  return { next: connection, effects: [{ type: "send", bytes: writeRecord(record) }] };
}

function refuse(
  connection: AuthorizerConnection,
  requestId: number,
  status: ProtocolStatus,
  keepConnection: boolean,
): Step {
  const send: Effect = { type: "send", bytes: writeRefusal(requestId, status) };
  return { next: connection, effects: keepConnection ? [send] : [send, { type: "close" }] };
}

function withProgress(
  connection: AuthorizerConnection,
  requestId: number,
  progress: Progress,
): AuthorizerConnection {
  return { requests: new Map(connection.requests).set(requestId, progress) };
}

function without(connection: AuthorizerConnection, requestId: number): AuthorizerConnection {
  const requests = new Map(connection.requests);
  requests.delete(requestId);
  return { requests };
}
