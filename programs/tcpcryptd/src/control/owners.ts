import { addressBytes } from "../hold/addresses.ts";
import { converse, NetlinkRefusal } from "../hold/conversation.ts";
import { type Message, messageFlag } from "../hold/netlink.ts";
import type { SystemCalls } from "../kernel/kernel.ts";
import type { Endpoint } from "../worker/messages.ts";

/** Tells whose a connection is. */
export interface Owners {
  /** The uid of the socket with exactly these ends; `undefined` if there is none any more. */
  ownerOf(local: Endpoint, remote: Endpoint): number | undefined;
  close(): void;
}

/** Asks the kernel, each time anew: a port that was somebody else's may be taken again. */
export function createOwners(
  systemCalls: Pick<SystemCalls, "netlinkSocket" | "send" | "receive" | "close">,
): Owners {
  const socketDiagnosis = 4;
  const fd = systemCalls.netlinkSocket(socketDiagnosis);
  let isClosed = false;
  return {
    ownerOf(local, remote) {
      // The descriptor may belong to somebody else by now.
      if (isClosed) return undefined;
      try {
        const request = socketRequest(local, remote);
        const [answer] = converse(systemCalls, fd, "the owner of a socket", [request]);
        return answer === undefined ? undefined : readOwner(answer, local, remote);
      } catch (error) {
        if (error instanceof NetlinkRefusal && error.code === "ENOENT") return undefined;
        throw error;
      }
    },
    close() {
      if (!isClosed) systemCalls.close(fd);
      isClosed = true;
    },
  };
}

const bySocketFamily = 20;
const tcpProtocol = 6;
const familyNumber = { 4: 2, 16: 10 } as const;
const anyCookie = 0xffff_ffff;
const allStates = 0xffff_ffff;
const timeWait = 6;
const listening = 10;

/**
 * Asks for one socket (sock_diag(7), struct inet_diag_req_v2). A dual-stack socket is found by the
 * IPv4 addresses of its connection, too.
 *
 * ```text
 * byte   0        1          2  3  4        8       10     12       28       44          48
 *        family   protocol   0  0  states   port    port   address  address  interface   cookie
 *                                           local   remote local    remote   0: any      all ones
 * ```
 *
 * @throws {RangeError} the addresses are none, or of two families
 */
export function socketRequest(local: Endpoint, remote: Endpoint): Message {
  const [ours, theirs] = [addressBytes(local.address), addressBytes(remote.address)];
  if (ours === undefined || theirs === undefined || ours.length !== theirs.length) {
    throw new RangeError("expected two addresses of one family");
  }
  const body = new Uint8Array(56);
  const view = new DataView(body.buffer);
  view.setUint8(0, familyNumber[ours.length === 4 ? 4 : 16]);
  view.setUint8(1, tcpProtocol);
  view.setUint32(4, allStates, true);
  view.setUint16(8, local.port);
  view.setUint16(10, remote.port);
  body.set(ours, 12);
  body.set(theirs, 28);
  view.setUint32(48, anyCookie, true);
  view.setUint32(52, anyCookie, true);
  return { type: bySocketFamily, flags: messageFlag.request, sequence: 1, body };
}

/**
 * The uid in the kernel's answer (struct inet_diag_msg). Where there is no such connection it tells of
 * a listening socket with that port: its owner must not pass for the owner of the connection.
 *
 * ```text
 * byte   0        1       4            6             8 … 52   64
 *        family   state   local port   remote port            uid
 * ```
 */
export function readOwner(
  { type, body }: Message,
  local: Endpoint,
  remote: Endpoint,
): number | undefined {
  if (type !== bySocketFamily || body.length < 72) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const state = view.getUint8(1);
  // A connection that only waits for its last segments has no owner any more; the kernel says 0.
  if (state === listening || state === timeWait) return undefined;
  const isIt = view.getUint16(4) === local.port && view.getUint16(6) === remote.port;
  return isIt ? view.getUint32(64, true) : undefined;
}
