import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type RunningGateway, startGateway } from "../../src/main.ts";
import { folderFor, settingsFrom, worldIn } from "../running.ts";
import { now, sample } from "../sample.ts";

/** An application behind gatewayd, in a folder that goes with the test. */
export interface Proxied {
  readonly gateway: RunningGateway;
  readonly folder: string;
  /** Where visitors come: a port of 127.0.0.1. */
  readonly port: number;
  readonly application: Server;
  /** What the next request or look at the clock sees; seconds. */
  readonly clock: { now: number };
  readonly lines: readonly string[];
}

/** What the settings say beyond the usual. */
export interface ProxyPlan {
  /** For the one entry under `proxy`. */
  readonly proxy?: object;
  /** For the sample's site. */
  readonly site?: object;
  readonly more?: object;
}

/** Starts the application on a unix socket, and gatewayd on a port. */
export async function startProxied(
  context: TestContext,
  handler: RequestListener,
  plan: ProxyPlan = {},
): Promise<Proxied> {
  const folder = folderFor(context);
  const application = await startApplication(context, join(folder, "app.sock"), handler);
  writeFileSync(join(folder, "ticket.pub.pem"), sample.publicKey);
  const [site] = sample.sites;
  const proxy = { listen: "127.0.0.1:0", site: site?.origin, upstream: "unix:app.sock" };
  const settings = {
    proxy: [{ ...proxy, ...plan.proxy }],
    keys: [{ file: "ticket.pub.pem" }],
    sites: [{ ...site, ...plan.site }],
    ...plan.more,
  };
  const clock = { now };
  const world = worldIn(folder, now);
  const gateway = await startGateway(settingsFrom(settings), { ...world, now: () => clock.now });
  context.after(() => gateway.stop());
  const port = Number(new URL(gateway.addresses[0] ?? "").port);
  return { gateway, folder, port, application, clock, lines: world.lines };
}

/** A server on a unix socket, or on a port of 127.0.0.1, that ends with the test. */
export async function startApplication(
  context: TestContext,
  where: string | number,
  handler: RequestListener,
): Promise<Server> {
  const server = createServer(handler);
  const listen = typeof where === "string" ? { path: where } : { port: where, host: "127.0.0.1" };
  await once(server.listen(listen), "listening");
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

/** Answers with the headers that came, names and values in turn, as JSON. */
export function echoHeaders(request: IncomingMessage, response: Parameters<RequestListener>[1]) {
  const body = JSON.stringify(request.rawHeaders);
  response.setHeader("content-length", Buffer.byteLength(body));
  response.end(body);
}

/** An answer as it came over the wire. */
export interface RawAnswer {
  /** 0 if there was none. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Its lines. */
  readonly head: string;
  readonly body: string;
}

/** Sends these characters, which are bytes (Latin-1), and reads until the server closes. */
export function sendRaw(where: string | number, text: string): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = typeof where === "string" ? connect(where) : connect(where, "127.0.0.1");
    socket.write(text, "latin1");
    socket.on("data", (chunk) => chunks.push(chunk));
    // A server that has read enough may reset the connection; what it said before counts.
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(readAnswer(Buffer.concat(chunks).toString("utf8"))));
  });
}

/** A request with these lines of headers after the first one, on a connection of its own. */
export function ask(port: number, line: string, ...headers: readonly string[]) {
  const lines = [line, "Host: wiki.example.com", "Connection: close", ...headers];
  return sendRaw(port, `${lines.join("\r\n")}\r\n\r\n`);
}

function readAnswer(text: string): RawAnswer {
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, Math.max(end, 0)).split("\r\n");
  const headers = lines.map((line) => {
    const [name = "", ...value] = line.split(": ");
    return [name.toLowerCase(), value.join(": ")];
  });
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0);
  const head = text.slice(0, end + 2);
  return { status, headers: Object.fromEntries(headers), head, body: text.slice(end + 4) };
}
