import { FastCgiError } from "./fastcgi-error.ts";
import { concatenate, recordType, writeRecord } from "./record.ts";

/** What an authorizer answers: 200 lets the visitor in, anything else is the visitor's answer. */
export interface AuthorizerResponse {
  readonly status: number;
  /** The words after the status; the web server shows them. */
  readonly statusText?: string | undefined;
  /** `Variable-NAME` headers of a 200 become variables of the application. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | undefined;
}

/** Why a request ends; the numbers are those of the FastCGI specification, section 8. */
export type ProtocolStatus = keyof typeof protocolStatus;

const protocolStatus = {
  "request-complete": 0,
  "cannot-multiplex": 1,
  overloaded: 2,
  "unknown-role": 3,
} as const;

const maxChunk = 0xfff8;

/**
 * The records that answer a request and end it: STDOUT, the end of STDOUT, END_REQUEST. Text goes out as UTF-8.
 *
 * @throws {FastCgiError} `bad-header`: a status, name or value that HTTP cannot carry, above all CR and LF.
 */
export function writeResponse(requestId: number, response: AuthorizerResponse): Uint8Array {
  const stdout = new TextEncoder().encode(
    `${statusLine(response)}${response.headers.map(headerLine).join("")}\r\n${response.body ?? ""}`,
  );
  const records: Uint8Array[] = [];
  for (let at = 0; at < stdout.length; at += maxChunk) {
    const content = stdout.subarray(at, at + maxChunk);
    records.push(writeRecord({ type: recordType.STDOUT, requestId, content }));
  }
  const nothing = new Uint8Array(0);
  records.push(writeRecord({ type: recordType.STDOUT, requestId, content: nothing }));
  records.push(writeEndRequest(requestId, "request-complete"));
  return concatenate(records);
}

/**
 * The records that end a request undecided: a 503 without a body, and the status in FastCGI's own words. lighttpd takes
 * these words alone, whatever they say, for leave to pass.
 */
export function writeRefusal(requestId: number, status: ProtocolStatus): Uint8Array {
  const head = "Status: 503 Service Unavailable\r\nCache-Control: no-store\r\n\r\n";
  const stdout = { type: recordType.STDOUT, requestId } as const;
  return concatenate([
    writeRecord({ ...stdout, content: new TextEncoder().encode(head) }),
    writeRecord({ ...stdout, content: new Uint8Array(0) }),
    writeEndRequest(requestId, status),
  ]);
}

/**
 * The record that ends a request. Nothing but this says nothing: see {@link writeRefusal}.
 *
 * ```text
 * byte  0–3        4               5–7
 *       appStatus  protocolStatus  reserved
 * ```
 */
export function writeEndRequest(requestId: number, status: ProtocolStatus): Uint8Array {
  const content = Uint8Array.of(0, 0, 0, 0, protocolStatus[status], 0, 0, 0);
  return writeRecord({ type: recordType.END_REQUEST, requestId, content });
}

function statusLine({ status, statusText = "" }: AuthorizerResponse): string {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new FastCgiError("bad-header");
  }
  return headerLine(["Status", `${status} ${statusText}`.trimEnd()]);
}

/** RFC 9110 §5.5 and §5.6.2: a name is a token, a value has no control characters but tab. */
function headerLine([name, value]: readonly [string, string]): string {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) throw new FastCgiError("bad-header");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get out.
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) throw new FastCgiError("bad-header");
  return `${name}: ${value}\r\n`;
}
