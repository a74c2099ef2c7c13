import { once } from "node:events";
import { chmodSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { atEnd, type Owner } from "./cleanup.ts";

const shownHeaders = ["REMOTE_USER", "REMOTE_USER_TOKENS", "REMOTE_USER_DATA", "AUTH_TYPE"];

/**
 * Starts what stands behind a proxying web server, on `application.sock` in `folder`: it shows what
 * it learns of its visitor from headers as CGI servers write them, with `_` for whatever is no letter
 * or digit. What is asked for with `?public` it lets every cache keep.
 */
export async function startApplication(owner: Owner, folder: string): Promise<void> {
  const server = createServer((request, response) => {
    const headers = variablesOf(request);
    const lines = shownHeaders.map((name) => `${name}=${headers.get(name) ?? ""}\n`);
    const pages = new Map([
      ["/whoami", lines.join("")],
      ["/admin/", "You are an administrator.\n"],
    ]);
    const [path = "", query] = request.url?.split("?") ?? [];
    response.setHeader("content-type", "text/plain; charset=utf-8");
    if (query === "public") response.setHeader("cache-control", "public, max-age=60");
    response.end(pages.get(path));
  });
  atEnd(owner, () => {
    server.closeAllConnections();
    server.close();
  });
  const socket = join(folder, "application.sock");
  await once(server.listen(socket), "listening");
  // The web server works as another user.
  chmodSync(socket, 0o666);
}

function variablesOf({ rawHeaders }: IncomingMessage): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_") ?? "";
    const value = Buffer.from(rawHeaders[index + 1] ?? "", "latin1").toString("utf8");
    const known = variables.get(name);
    variables.set(name, known === undefined ? value : `${known},${value}`);
  }
  return variables;
}
