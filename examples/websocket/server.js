import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { endsWithTicket, countersign as forRequests } from "@countersign/middleware/node-http";
import { countersign } from "@countersign/middleware/websocket";
import { WebSocketServer } from "ws";

const site = {
  origin: "http://@HOST@:@PORT@",
  loginUrl: "@LOGIN_URL@",
  publicKey: readFileSync("@PUBLIC_KEY@", "utf8"),
};
const protect = forRequests(site);

// A stream of events is cut when the visitor's ticket ends.
const server = createServer((request, response) => {
  protect(request, response, (identity) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`data: You are ${identity.user}.\n\n`);
    endsWithTicket(response, identity);
  });
});

// A WebSocket is closed with the code 4401.
const sockets = new WebSocketServer({ noServer: true });
server.on("upgrade", countersign(site, sockets));

sockets.on("connection", (socket, request) => {
  socket.send(`You are ${request.identity?.user}.`);
});

server.listen(Number("@PORT@"), "127.0.0.1");
