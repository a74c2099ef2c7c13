import type { RequestListener } from "node:http";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { TestContext } from "node:test";
import type { ContractVisit, Outcome } from "@countersign/testing/kit/adapter-contract.ts";

/** What the applications under test answer to whom they let in. */
export interface Shown {
  readonly user: string;
  readonly tokens: readonly string[];
  readonly userData: string | undefined;
}

/** Serves on a port of the system's choice until the test ends. */
export async function serve(context: TestContext, listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Sends one request as it is written, over a connection of its own, and reads all that comes back. */
export function send(port: number, head: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(`${head.join("\r\n")}\r\n\r\n`));
    socket.setEncoding("utf8");
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.once("error", reject);
    socket.once("close", () => resolve(text));
  });
}

/** A visit as a trusted proxy passes it on. */
export function headOf(visit: ContractVisit): string[] {
  return [
    `${visit.method} ${visit.target} HTTP/${visit.httpVersion}`,
    `Host: ${visit.host}`,
    `X-Forwarded-For: ${visit.clientAddress}`,
    "Connection: close",
    ...(visit.cookies === undefined ? [] : [`Cookie: ${visit.cookies}`]),
  ];
}

/** What a browser makes of an answer. */
export function outcomeOf(answer: string): Outcome {
  const status = Number(answer.split(" ", 2)[1]);
  if (status === 200) {
    const { user, tokens, userData } = JSON.parse(answer.split("\r\n\r\n")[1] ?? "") as Shown;
    return { kind: "in", user, tokens: tokens.join(","), data: userData ?? "" };
  }
  const field = (name: string) => new RegExp(`^${name}: (.*)\r$`, "im").exec(answer)?.[1];
  const location = field("location");
  const cacheControl = field("cache-control");
  if (location === undefined) return { kind: "refused", status, cacheControl };
  return { kind: "sent", status, location, cacheControl };
}
