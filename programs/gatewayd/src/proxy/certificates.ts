import type { Server } from "node:https";
import type { Socket } from "node:net";
import type { SecureContext } from "node:tls";
import type { Desk } from "../desk.ts";
import type { ProxyRoute } from "./routes.ts";

type Routes = () => ReadonlyMap<string, ProxyRoute>;

/** Gives each connection the certificate of the site that it names in the handshake (RFC 6066 §3). */
export function chooseCertificate(routes: Routes) {
  return (name: string, done: (error: Error | null, context?: SecureContext) => void): void => {
    const hostname = name.toLowerCase();
    const named = [...routes().values()].find(({ site }) => new URL(site).hostname === hostname);
    // Without one Node.js takes the server's own.
    done(null, named?.tls?.context);
  };
}

/** Keeps the certificate for those who name no site, the first one's, as it is at the moment. */
export function keepCertificate(server: Server, desk: Desk, routes: Routes): void {
  let last: ProxyRoute["tls"];
  // Before the handshake begins.
  server.prependListener("connection", (socket: Socket) => {
    // A visitor who goes in the middle of the handshake goes for good; TLS has a word for less.
    socket.allowHalfOpen = false;
    // It would cost a handshake to say so.
    if (desk.surplus.has(socket)) socket.destroy();
    const [first] = routes().values();
    if (first?.tls !== undefined && first.tls !== last) server.setSecureContext(first.tls);
    last = first?.tls;
  });
}
