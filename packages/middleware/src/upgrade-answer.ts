import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Answer } from "@countersign/gateway";

/** Who does not read the answer keeps the connection no longer. */
const readsWithinMilliseconds = 5_000;

/** Answers a request to upgrade in plain HTTP, and ends the connection. */
export function refuseUpgrade(socket: Duplex, { status, headers, body }: Answer): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  // The server listens for errors no more, and one without a listener would end the process.
  socket.on("error", () => socket.destroy());
  const tooLong = setTimeout(() => socket.destroy(), readsWithinMilliseconds);
  tooLong.unref();
  socket.once("close", () => clearTimeout(tooLong));
  socket.once("finish", () => socket.destroy());
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
