import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestOptions, request } from "node:http";
import { join } from "node:path";
import { atEnd, type Owner } from "./cleanup.ts";
import type { PreparedSite } from "./site.ts";

/** Header fields, in order. */
export type Fields = readonly (readonly [name: string, value: string])[];

/** A whole answer. */
export interface PlayedAnswer {
  readonly status: number;
  readonly fields: Fields;
  readonly body: Buffer;
}

/** A question to gatewayd. */
export interface PlayedQuestion {
  readonly method: string;
  readonly path: string;
  readonly fields: Fields;
}

/** A proxy that cannot be installed here, as its documentation and source describe it. */
export interface PlayedProxy {
  /** Where gatewayd is. */
  readonly gateway: Pick<RequestOptions, "host" | "port" | "socketPath">;
  /** What it asks; or what it answers by itself. */
  ask(visit: IncomingMessage): PlayedQuestion | PlayedAnswer;
  /** The headers that the application gets; `undefined`: the visitor may not pass. */
  passOn(visit: IncomingMessage, answer: PlayedAnswer): Fields | undefined;
  /** What a visitor gets who may not pass. */
  refuse(answer: PlayedAnswer): PlayedAnswer;
  /** When gatewayd cannot be asked. */
  readonly statusOnFailure: number;
}

/** Plays the proxy on the site's port, before the application on `application.sock`. */
export async function playProxy(
  owner: Owner,
  { folder, port }: PreparedSite,
  proxy: PlayedProxy,
): Promise<void> {
  const application = { socketPath: join(folder, "application.sock") };
  const server = createServer(async (visit, response) => {
    const { status, fields, body } = await answerTo(visit, proxy, application);
    response.writeHead(status, fields.flat());
    response.end(body);
  });
  atEnd(owner, () => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(port, "127.0.0.1"), "listening");
}

/** The fields of a request, in order. */
export function fieldsOf({ rawHeaders }: Pick<IncomingMessage, "rawHeaders">): Fields {
  return rawHeaders.flatMap((name, index): Fields => {
    return index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""]] : [];
  });
}

/** The fields but those of these names, in lower case. */
export function without(fields: Fields, names: Iterable<string>): Fields {
  const unwanted = new Set(names);
  return fields.filter(([name]) => !unwanted.has(name.toLowerCase()));
}

/** The items of the list `name` in a file of YAML with one item a line, each after `before`. */
export function listIn(yaml: string, name: string, before = ""): readonly string[] {
  const [, items = ""] =
    new RegExp(`^ *${name}:\\n((?: *(?:- |patterns:).*\\n)+)`, "m").exec(yaml) ?? [];
  const found = [...items.matchAll(/^ *- (.*)$/gm)].flatMap(([, item = ""]) =>
    item.startsWith(before) ? [item.slice(before.length).replaceAll('"', "")] : [],
  );
  if (found.length === 0) throw new Error(`no list ${name} of ${before}`);
  return found;
}

async function answerTo(
  visit: IncomingMessage,
  proxy: PlayedProxy,
  application: RequestOptions,
): Promise<PlayedAnswer> {
  const asked = proxy.ask(visit);
  if ("status" in asked) return asked;
  const answer = await send(proxy.gateway, asked).catch((): PlayedAnswer => {
    return { status: proxy.statusOnFailure, fields: [], body: Buffer.alloc(0) };
  });
  const fields = proxy.passOn(visit, answer);
  if (fields === undefined) return proxy.refuse(answer);
  const { method = "", url: path = "" } = visit;
  return send(application, { method, path, fields }, visit);
}

function send(
  where: RequestOptions,
  { method, path, fields }: PlayedQuestion,
  body?: IncomingMessage,
): Promise<PlayedAnswer> {
  return new Promise((resolve, reject) => {
    const headers = fields.flat();
    const outgoing = request({ ...where, method, path, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.once("end", () => {
        const { statusCode: status = 0 } = incoming;
        resolve({ status, fields: fieldsOf(incoming), body: Buffer.concat(chunks) });
      });
    });
    outgoing.once("error", reject);
    if (body === undefined) outgoing.end();
    else body.pipe(outgoing);
  });
}
