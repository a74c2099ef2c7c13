import { connect, type NetConnectOpts } from "node:net";
import { RecordReader, recordType, writeNameValues, writeRecord } from "@countersign/fastcgi";
import type { ContractVisit, Outcome } from "@countersign/testing/kit/adapter-visit.ts";

/** The variables with which Apache asks about a visit; it leaves out headers with odd names. */
export function paramsOf(visit: ContractVisit): Map<string, string> {
  const [, name = "", port = "80"] = /^(.*?)(?::([0-9]+))?$/.exec(visit.host) ?? [];
  const headers = Object.entries(visit.headers).filter(([header]) => !/[^A-Za-z0-9-]/.test(header));
  const params = new Map([
    ["REQUEST_METHOD", visit.method],
    ["REQUEST_SCHEME", "http"],
    ["SERVER_PROTOCOL", `HTTP/${visit.httpVersion}`],
    ["SERVER_NAME", name],
    ["SERVER_PORT", port],
    ["REQUEST_URI", visit.target],
    ["REMOTE_ADDR", visit.clientAddress],
    ...headers.map(([header, value]): [string, string] => [variableOf(header), value]),
  ]);
  if (visit.cookies !== undefined) params.set("HTTP_COOKIE", visit.cookies);
  return params;
}

function variableOf(header: string): string {
  return `HTTP_${header.toUpperCase().replaceAll("-", "_")}`;
}

/** The records of one request that is not to keep the connection. */
export function requestOf(params: ReadonlyMap<string, string>): Uint8Array {
  const requestId = 1;
  return Buffer.concat([
    writeRecord({
      type: recordType.BEGIN_REQUEST,
      requestId,
      content: Uint8Array.of(0, 2, 0, 0, 0, 0, 0, 0),
    }),
    writeRecord({ type: recordType.PARAMS, requestId, content: writeNameValues(params) }),
    writeRecord({ type: recordType.PARAMS, requestId, content: new Uint8Array(0) }),
  ]);
}

/** Sends bytes and gives what comes back on STDOUT until the server closes. */
export function exchange(where: NetConnectOpts, bytes: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect(where, () => socket.write(bytes));
    socket.on("data", (chunk: Buffer) => received.push(chunk));
    socket.once("error", reject);
    socket.once("close", () => {
      const records = new RecordReader().read(Buffer.concat(received));
      const stdout = records.filter(({ type }) => type === recordType.STDOUT);
      resolve(Buffer.concat(stdout.map(({ content }) => content)).toString());
    });
  });
}

/** What Apache makes of an answer with the configuration in examples/apache-fcgi. */
export function outcomeOf(stdout: string): Outcome {
  const [head = "", body = ""] = stdout.split(/\r\n\r\n(.*)/s, 2);
  const pairs = head.split("\r\n").map((line) => line.split(/: ?(.*)/s, 2) as [string, string]);
  const headers = Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value]));
  const status = Number.parseInt(headers["status"] ?? "500", 10);
  if (status !== 200) return { kind: "answered", status, headers, body };
  const variable = (name: string) => headers[`variable-${name}`];
  const authorization = variable("countersign_authorization");
  const cookies = variable("countersign_cookies");
  return {
    kind: "in",
    user: variable("authn_user") ?? "",
    tokens: variable("remote_user_tokens") ?? "",
    data: variable("remote_user_data") ?? "",
    ...(authorization === undefined ? {} : { authorization }),
    ...(cookies === undefined ? {} : { cookies }),
  };
}
