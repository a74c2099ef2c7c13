import { connect, type NetConnectOpts } from "node:net";
import { RecordReader, recordType, writeNameValues, writeRecord } from "@countersign/fastcgi";
import type { ContractVisit, Outcome } from "@countersign/testing/kit/adapter-contract.ts";

/** The variables with which Apache asks about a visit. */
export function paramsOf(visit: ContractVisit): Map<string, string> {
  const [, name = "", port = "80"] = /^(.*?)(?::([0-9]+))?$/.exec(visit.host) ?? [];
  const params = new Map([
    ["REQUEST_METHOD", visit.method],
    ["REQUEST_SCHEME", "http"],
    ["SERVER_PROTOCOL", `HTTP/${visit.httpVersion}`],
    ["SERVER_NAME", name],
    ["SERVER_PORT", port],
    ["REQUEST_URI", visit.target],
    ["REMOTE_ADDR", visit.clientAddress],
  ]);
  if (visit.cookies !== undefined) params.set("HTTP_COOKIE", visit.cookies);
  return params;
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
  const [head = ""] = stdout.split("\r\n\r\n", 1);
  const headers = new Map(
    head.split("\r\n").map((line) => line.split(/: ?(.*)/s, 2) as [string, string]),
  );
  const status = Number.parseInt(headers.get("Status") ?? "500", 10);
  const value = (name: string) => headers.get(name) ?? `no ${name}`;
  if (status === 200) {
    const tokens = value("Variable-REMOTE_USER_TOKENS");
    return {
      kind: "in",
      user: value("Variable-AUTHN_USER"),
      tokens,
      data: value("Variable-REMOTE_USER_DATA"),
    };
  }
  const location = headers.get("Location");
  const cacheControl = headers.get("Cache-Control");
  if (location === undefined) return { kind: "refused", status, cacheControl };
  return { kind: "sent", status, location, cacheControl };
}
