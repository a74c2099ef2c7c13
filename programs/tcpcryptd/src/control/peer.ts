import type { Socket } from "node:net";
import type { SystemCalls } from "../kernel/kernel.ts";

/** Who is at the other end of the control socket. */
export interface Peer {
  readonly uid: number;
  /** Root, or of the group that may ask about everybody's connections. */
  readonly seesAll: boolean;
}

/** Reads who connected, from what the kernel noted then; it cannot change afterwards. */
export function peerOf(
  systemCalls: Pick<SystemCalls, "peerCredentials" | "peerGroups">,
  socket: Socket,
  groupId: number | undefined,
): Peer {
  const fd = descriptorOf(socket);
  const { uid, gid } = systemCalls.peerCredentials(fd);
  const isMember =
    groupId !== undefined && (gid === groupId || systemCalls.peerGroups(fd).includes(groupId));
  return { uid, seesAll: uid === 0 || isMember };
}

/** Node has no name for it, and no other way to a socket's descriptor. */
function descriptorOf(socket: Socket): number {
  const { _handle: handle } = socket as unknown as { _handle?: { fd?: unknown } };
  if (typeof handle?.fd !== "number" || handle.fd < 0) throw new Error("the socket is closed");
  return handle.fd;
}
