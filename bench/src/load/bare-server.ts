import { chmodSync } from "node:fs";
import { createServer } from "node:http";

/**
 * The peer of gatewayd: node:http that decides nothing and writes the same bytes to everyone.
 * Arguments: the unix socket, and the headers as JSON, names and values in turn.
 */
const [path = "", headers = "[]"] = process.argv.slice(2);
const fields: string[] = JSON.parse(headers);
const server = createServer((_request, response) => {
  response.writeHead(204, fields);
  response.end();
});
server.listen(path, () => chmodSync(path, 0o666));
process.on("SIGTERM", () => process.exit(0));
