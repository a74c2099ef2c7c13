/**
 * Asks tcpcryptd about the connections of this machine: above all, for their session IDs.
 *
 * @module
 */

export type {
  EncryptedConnection,
  PlainConnection,
  TcpcryptConnection,
  TcpcryptCounts,
  TcpcryptRule,
  TcpcryptStatus,
  TcpcryptWorker,
} from "./answers.ts";
export {
  createTcpcryptClient,
  defaultSocketPath,
  type TcpcryptClient,
  type TcpcryptClientOptions,
  type TcpcryptEvent,
} from "./client.ts";
export {
  TcpcryptClientError,
  type TcpcryptClientErrorCode,
  tcpcryptClientErrorTexts,
} from "./client-error.ts";
export type { ConnectionEnds, Endpoint, OpenSocket } from "./ends.ts";
