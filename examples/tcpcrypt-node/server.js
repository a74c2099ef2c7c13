import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { countersign } from "@countersign/middleware/node-http";
import { createTcpcryptClient } from "@countersign/tcpcrypt-client";

const protect = countersign({
  origin: "http://@HOST@:@PORT@",
  publicKey: readFileSync("@PUBLIC_KEY@", "utf8"),
  access: "public",
  bindings: createTcpcryptClient({ socketPath: "@TCPCRYPT_SOCKET@" }),
});

const server = createServer((request, response) => {
  protect(request, response, () => {
    response.end(JSON.stringify(request.binding ?? null));
  });
});

// Not on 127.0.0.1: tcpcryptd leaves connections within one machine alone.
server.listen(Number("@PORT@"));
