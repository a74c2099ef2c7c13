import { once } from "node:events";
import { chmodSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { atEnd, type Owner } from "./cleanup.ts";

/** An application that remembers what it was asked. */
export interface Mirror {
  readonly targets: readonly (string | undefined)[];
  /** `name: value` for each header of each request; names are in lower case. */
  readonly headers: readonly (readonly string[])[];
}

/** Starts one on `application.sock` in `folder`. */
export async function startMirror(owner: Owner, folder: string): Promise<Mirror> {
  const targets: (string | undefined)[] = [];
  const headers: string[][] = [];
  const server = createServer(({ rawHeaders, url }, response) => {
    const names = rawHeaders.filter((_, index) => index % 2 === 0);
    headers.push(names.map((name, at) => `${name.toLowerCase()}: ${rawHeaders[2 * at + 1]}`));
    targets.push(url);
    response.end();
  });
  atEnd(owner, () => {
    server.closeAllConnections();
    server.close();
  });
  const socket = join(folder, "application.sock");
  await once(server.listen(socket), "listening");
  // The web server works as another user.
  chmodSync(socket, 0o666);
  return { targets, headers };
}
