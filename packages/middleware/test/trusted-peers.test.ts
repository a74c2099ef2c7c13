import assert from "node:assert/strict";
import { createServer, type IncomingMessage, request } from "node:http";
import { Socket } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { trustedPeer } from "@countersign/gateway";
import { temporaryFolder } from "@countersign/testing/kit/temporary-folder.ts";
import { createTrustedPeers, peerOf } from "../src/trusted-peers.ts";
import { send, serve } from "./ask-over-http.ts";

const nobody = createTrustedPeers([]);
const unix = createTrustedPeers(["unix"]);

/** Who a server takes for its peer when it is asked over its unix socket. */
async function peerOverUnixSocket(context: TestContext, peers = unix) {
  const socketPath = join(temporaryFolder(context), "app.sock");
  const seen: unknown[] = [];
  const server = createServer((incoming, response) => {
    seen.push(peerOf(incoming, peers));
    // It is asked again once it has stopped listening.
    server.close();
    seen.push(peerOf(incoming, peers));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  await new Promise<void>((resolve, reject) => {
    const asked = request({ socketPath, agent: false }, (answer) =>
      answer.resume().on("end", resolve),
    );
    asked.on("error", reject).end();
  });
  return seen;
}

test("trusts whoever opened the unix socket where that was said, also while the server stops", async (context) => {
  assert.deepEqual(await peerOverUnixSocket(context), [trustedPeer, trustedPeer]);
});

test("trusts nobody on a unix socket unless that was said", async (context) => {
  assert.deepEqual(await peerOverUnixSocket(context, nobody), [undefined, undefined]);
});

test("knows a peer on TCP by its address", async (context) => {
  const seen: unknown[] = [];
  const port = await serve(context, (incoming, response) => {
    seen.push(peerOf(incoming, unix));
    response.end();
  });
  await send(port, ["GET / HTTP/1.0"]);
  assert.deepEqual(seen, ["127.0.0.1"]);
});

test("does not take a TCP connection that is gone for a unix socket", async (context) => {
  const seen: unknown[] = [];
  const port = await serve(context, (incoming, response) => {
    incoming.socket.destroy();
    // What a reset connection looks like from then on.
    Object.defineProperty(incoming.socket, "remoteAddress", { value: undefined });
    seen.push(peerOf(incoming, unix));
    response.end();
  });
  await send(port, ["GET / HTTP/1.0"]);
  assert.deepEqual(seen, [undefined]);
});

test("knows nobody where there is no server to ask", () => {
  const incoming = { socket: new Socket() } as IncomingMessage;
  assert.equal(peerOf(incoming, unix), undefined);
});

test("trusts the addresses beside the unix socket", () => {
  const peers = createTrustedPeers(["unix", "10.0.0.0/8"]);
  assert.equal(peers.trusts("10.1.2.3"), true);
  assert.equal(peers.trusts("192.0.2.7"), false);
});
