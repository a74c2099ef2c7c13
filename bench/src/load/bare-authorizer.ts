import { chmodSync } from "node:fs";
import { createServer } from "node:net";

/**
 * The peer of gatewayd behind Apache: it reads nothing, waits for the empty PARAMS record that ends
 * a question, and lets everybody in with the variables that gatewayd would set. Argument: the unix socket.
 */
const [path = ""] = process.argv.slice(2);

const headers =
  "Status: 200 OK\r\nVariable-AUTHN_USER: user1\r\nVariable-REMOTE_USER: user1\r\n" +
  "Variable-REMOTE_USER_TOKENS: staff,editors\r\nVariable-REMOTE_USER_DATA: Ada Lovelace\r\n" +
  "Variable-AUTH_TYPE: mod_auth_pubtkt\r\n\r\n";

/** A FastCGI record (specification, section 3.3) of request 1. */
function record(type: number, content: Buffer): Buffer {
  const header = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]);
  return Buffer.concat([header, content]);
}

const [params, endRequest, stdout] = [4, 3, 6];
const endOfParams = record(params, Buffer.alloc(0));
const answer = Buffer.concat([
  record(stdout, Buffer.from(headers)),
  record(stdout, Buffer.alloc(0)),
  record(endRequest, Buffer.alloc(8)),
]);

const server = createServer((socket) => {
  let received: Buffer = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    if (received.includes(endOfParams)) socket.end(answer);
  });
});
server.listen(path, () => chmodSync(path, 0o666));
process.on("SIGTERM", () => process.exit(0));
