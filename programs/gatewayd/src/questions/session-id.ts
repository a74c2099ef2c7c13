import { defaultIdentityNames } from "@countersign/gateway";
import { type Connection, connectionOf, readSaid } from "../tcpcrypt/connection.ts";
import { createFactReader } from "./fact-reader.ts";
import type { Reply } from "./question.ts";

/** Where web servers ask for the session ID alone: in places that they ask nothing else about. */
export const sessionIdPath = "/session-id";

/** The same that examples/nginx says in every question. */
const readFacts = createFactReader(["X-Countersign-Client-Address", "X-Countersign-Connection"]);

/** The connection that it is to be the ID of. @throws {GatewayError} `repeated-fact`. */
export function connectionIn(rawHeaders: readonly string[]): Connection | undefined {
  const [clientAddress = "", said = ""] = readFacts(rawHeaders);
  return connectionOf({ clientAddress }, readSaid(said));
}

/** Lets everybody in, and says no word about who it is. */
export function sessionIdReply(sessionId: string): Reply {
  const headers = [defaultIdentityNames.sessionId, sessionId, "Cache-Control", "no-store"];
  return { status: 204, headers, body: "" };
}
