import { readFileSync } from "node:fs";
import { createServer, connect as openTcp, type Socket } from "node:net";
import { createServer as createTlsServer, connect as openTls } from "node:tls";

/**
 * One half of a relay pair, the peer of tcpcryptd: it accepts on one side, connects on the other and
 * copies both ways. `client` encrypts towards the target, `server` decrypts what it accepts.
 *
 * Arguments: plain|tls, client|server, then `port=address:port` for what is copied where, and for a
 * TLS server a PEM file with key and certificate. RESUME=1 asks for resumed TLS sessions.
 */
const [kind, side, ...rest] = process.argv.slice(2);
const usesTls = kind === "tls";
const routes = rest.filter((argument) => argument.includes("="));
const pemFile = rest.find((argument) => !argument.includes("="));

const tlsOptions = {
  minVersion: "TLSv1.3",
  // What tcpcryptd chooses by default, too.
  ciphers: "TLS_AES_128_GCM_SHA256",
  ecdhCurve: "X25519",
} as const;
const both = { allowHalfOpen: true, noDelay: true } as const;
let session: Buffer | undefined;

for (const route of routes) {
  const [port, target] = route.split("=");
  const relay = (accepted: Socket): void => join(accepted, open(target ?? ""));
  const pem = pemFile === undefined ? undefined : readFileSync(pemFile);
  const server =
    usesTls && side === "server"
      ? createTlsServer({ ...both, ...tlsOptions, key: pem, cert: pem }, relay)
      : createServer(both, relay);
  server.on("tlsClientError", () => {});
  server.listen({ port: Number(port), backlog: 4096 });
}

function join(accepted: Socket, opened: Socket): void {
  for (const [from, to] of [
    [accepted, opened],
    [opened, accepted],
  ] as const) {
    from.on("error", () => to.destroy());
    from.pipe(to);
  }
}

function open(target: string): Socket {
  const [host = "", port] = target.split(":");
  const where = { ...both, host, port: Number(port) };
  if (!usesTls || side === "server") return openTcp(where);
  const socket = openTls({ ...where, ...tlsOptions, session, rejectUnauthorized: false });
  if (process.env.RESUME === "1") {
    socket.on("session", (ticket: Buffer) => {
      session = ticket;
    });
  }
  return socket;
}

process.on("SIGTERM", () => process.exit(0));
