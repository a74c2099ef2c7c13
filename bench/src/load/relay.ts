import { readFileSync } from "node:fs";
import { createServer, connect as openTcp, type Socket } from "node:net";
import { createServer as createTlsServer, connect as openTls } from "node:tls";

/**
 * One half of a relay pair, the peer of tcpcryptd: it accepts on one side, connects on the other and
 * copies both ways. `client` encrypts towards the target, `server` decrypts what it accepts.
 *
 * Arguments: plain|tls, client|server, port to listen on, target's address, target's port, and for
 * TLS a PEM file with key and certificate. It prints a line when it listens.
 */
const [kind, side, port = "", address = "", target = "", pemFile = ""] = process.argv.slice(2);

const tlsOptions = {
  minVersion: "TLSv1.3",
  // What tcpcryptd chooses by default, too.
  ciphers: "TLS_AES_128_GCM_SHA256",
  ecdhCurve: "X25519",
} as const;
const both = { allowHalfOpen: true, noDelay: true } as const;
const usesTls = kind === "tls";
let session: Buffer | undefined;

function relay(accepted: Socket): void {
  const opened = open();
  for (const [from, to] of [
    [accepted, opened],
    [opened, accepted],
  ] as const) {
    from.on("error", () => to.destroy());
    from.pipe(to);
  }
}

function open(): Socket {
  const where = { ...both, host: address, port: Number(target) };
  if (!usesTls || side === "server") return openTcp(where);
  const socket = openTls({ ...where, ...tlsOptions, session, rejectUnauthorized: false });
  // The bench asks for resumption by RESUME=1; a ticket serves for as long as the server takes it.
  if (process.env.RESUME === "1") socket.on("session", (ticket: Buffer) => (session = ticket));
  return socket;
}

const pem = pemFile === "" ? undefined : readFileSync(pemFile);
const server =
  usesTls && side === "server"
    ? createTlsServer({ ...both, ...tlsOptions, key: pem, cert: pem }, relay)
    : createServer(both, relay);
server.on("tlsClientError", () => {});
server.listen({ port: Number(port), backlog: 4096 }, () => process.stdout.write("listening\n"));
process.on("SIGTERM", () => process.exit(0));
