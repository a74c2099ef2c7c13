import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { countersign } from "@countersign/middleware/node-http";

const site = {
  origin: "http://@HOST@:@PORT@",
  loginUrl: "@LOGIN_URL@",
  publicKey: readFileSync("@PUBLIC_KEY@", "utf8"),
};
const protect = countersign(site);
const protectAdmin = countersign({ ...site, anyOfTokens: ["admin"] });

const server = createServer((request, response) => {
  if (request.url === "/admin") {
    protectAdmin(request, response, () => response.end("You are an administrator."));
  } else {
    protect(request, response, (identity) => response.end(JSON.stringify(identity)));
  }
});

server.listen(Number("@PORT@"), "127.0.0.1");
