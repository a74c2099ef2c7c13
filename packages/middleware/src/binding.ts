import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Visit } from "@countersign/gateway";
import { parseAddress } from "@countersign/ticket";

/**
 * What ties an authentication to one connection (RFC 5056): with tcpcrypt, its session ID. It says
 * nothing of who is at the other end; whoever signs or compares it does so with the role (RFC 8547 §5.1).
 */
export interface ChannelBinding {
  /** Upper-case hexadecimal: the same at both ends of a connection, and at those of no other. */
  readonly sessionId: string;
  /** One end is host A and the other host B. */
  readonly role: "A" | "B";
}

/** Knows the bindings of connections, as `createTcpcryptClient()` of `@countersign/tcpcrypt-client` does. */
export interface ChannelBindings {
  /** `undefined`: the connection has none. Rejects when that cannot be told, which counts as none. */
  sessionOf(socket: Socket): Promise<ChannelBinding | undefined>;
}

declare module "http" {
  interface IncomingMessage {
    /** Of the connection that the request came on, where the option `bindings` is given. */
    binding?: ChannelBinding | undefined;
  }
}

/** A socket is one connection, and a connection keeps its session ID. */
const known = new WeakMap<object, ChannelBinding>();

/**
 * Sets `request.binding`, if there is one. Behind a proxy there is none: the visitor's own connection
 * ends there.
 */
export async function bind(
  request: IncomingMessage,
  { clientAddress }: Visit,
  bindings: ChannelBindings,
): Promise<ChannelBinding | undefined> {
  const { socket } = request;
  const { remoteAddress = "" } = socket;
  if (parseAddress(remoteAddress) !== clientAddress) return undefined;
  const binding = known.get(socket) ?? (await found(bindings, socket));
  if (binding === undefined) return undefined;
  known.set(socket, binding);
  request.binding = binding;
  return binding;
}

async function found(
  bindings: ChannelBindings,
  socket: Socket,
): Promise<ChannelBinding | undefined> {
  try {
    return await bindings.sessionOf(socket);
  } catch {
    // An application does without, as on a machine where nobody is to be asked.
    return undefined;
  }
}
