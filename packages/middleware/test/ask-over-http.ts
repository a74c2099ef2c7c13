import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { TestContext } from "node:test";
import type {
  ContractSettings,
  ContractSite,
  ContractVisit,
  Outcome,
} from "@countersign/testing/kit/adapter-visit.ts";
import type { Identity } from "../src/node-http.ts";

/** What the applications under test answer to whom they let in. */
export interface Shown {
  readonly identity: Identity | undefined;
  /** The headers that the application finds. */
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
}

/** What an application shows of a request. */
export function shown(
  identity: Identity | undefined,
  headers: { readonly authorization?: string | undefined; readonly cookie?: string | undefined },
): Shown {
  return { identity, authorization: headers.authorization, cookie: headers.cookie };
}

/** The options by which an adapter under test guards a site of the contract. */
export function optionsFor(site: ContractSite, { publicKey, now }: ContractSettings) {
  return { ...site, publicKey, now: () => now, trustedProxies: ["127.0.0.1"] };
}

/** Serves on a port of the system's choice until the test ends. */
export async function serve(context: TestContext, listener: RequestListener): Promise<number> {
  return listen(context, createServer(listener));
}

/** Listens on a port of the system's choice until the test ends. */
export async function listen(context: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Asks the site that a visit names, each on its own port; the first one if nobody has that name. */
export async function askSites(
  { sites }: ContractSettings,
  start: (site: ContractSite) => Promise<number>,
): Promise<(visit: ContractVisit) => Promise<Outcome>> {
  const ports = new Map<string, number>();
  for (const site of sites) ports.set(new URL(site.origin).host, await start(site));
  const [fallback = 0] = ports.values();
  return async (visit) => {
    const port = ports.get(visit.host.toLowerCase().replace(/:80$/, "")) ?? fallback;
    return outcomeOf(await send(port, headOf(visit)), visit);
  };
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
function headOf(visit: ContractVisit): string[] {
  return [
    `${visit.method} ${visit.target} HTTP/${visit.httpVersion}`,
    `Host: ${visit.host}`,
    `X-Forwarded-For: ${visit.clientAddress}`,
    "Connection: close",
    ...Object.entries(visit.headers).map(([name, value]) => `${name}: ${value}`),
    ...(visit.cookies === undefined ? [] : [`Cookie: ${visit.cookies}`]),
  ];
}

function outcomeOf(answer: string, visit: ContractVisit): Outcome {
  const { status, headers, body } = readAnswer(answer);
  if (status !== 200) return { kind: "answered", status, headers, body };
  return passedOutcome(JSON.parse(body) as Shown, visit);
}

/** What the application was told, in the words of the contract. */
export function passedOutcome(
  { identity, authorization, cookie }: Shown,
  visit: ContractVisit,
): Outcome {
  return {
    kind: "in",
    user: identity?.user ?? "",
    tokens: identity?.tokens.join(",") ?? "",
    data: identity?.userData ?? "",
    ...(authorization !== visit.headers.authorization && { authorization: authorization ?? "" }),
    ...(cookie !== visit.cookies && { cookies: cookie ?? "" }),
  };
}

/** Status, headers by names in lower case, and body. */
export function readAnswer(answer: string) {
  const [head = "", ...rest] = answer.split("\r\n\r\n");
  const [statusLine = "", ...fields] = head.split("\r\n");
  const headers = fields.map((field) => {
    const colon = field.indexOf(":");
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()] as const;
  });
  const status = Number(statusLine.split(" ", 2)[1]);
  return { status, headers: Object.fromEntries(headers), body: rest.join("\r\n\r\n") };
}
