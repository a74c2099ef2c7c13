import { once } from "node:events";
import { chmodSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { atEnd, type Owner } from "./cleanup.ts";

/** An application behind a proxying web server that remembers what reached it. */
export interface RecordingApplication {
  /** The header fields of the last request, as they came, by their names in lower case. */
  lastFields(): ReadonlyMap<string, readonly string[]>;
}

/** Starts one on `application.sock` in `folder`. It answers every request with 200. */
export async function startRecordingApplication(
  owner: Owner,
  folder: string,
): Promise<RecordingApplication> {
  let rawHeaders: readonly string[] = [];
  const server = createServer((request, response) => {
    rawHeaders = request.rawHeaders;
    response.end("seen");
  });
  atEnd(owner, () => {
    server.closeAllConnections();
    server.close();
  });
  const socket = join(folder, "application.sock");
  await once(server.listen(socket), "listening");
  // The web server works as another user.
  chmodSync(socket, 0o666);
  return { lastFields: () => fieldsIn(rawHeaders) };
}

function fieldsIn(rawHeaders: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? "";
    const values = fields.get(name) ?? [];
    fields.set(name, [...values, rawHeaders[index + 1] ?? ""]);
  }
  return fields;
}
