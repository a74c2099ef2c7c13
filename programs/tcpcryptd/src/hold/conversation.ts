import { getSystemErrorName } from "node:util";
import type { SystemCalls } from "../kernel/kernel.ts";
import { type Message, readAcknowledgement, readMessages, writeMessages } from "./netlink.ts";

/** The kernel refused a netlink request; `code` is errno's name (ENOENT …). */
export class NetlinkRefusal extends Error {
  override readonly name = "NetlinkRefusal";
  readonly code: string;

  constructor(what: string, errno: number) {
    const code = getSystemErrorName(-errno);
    super(`${what}: ${code}`);
    this.code = code;
  }
}

/**
 * Sends requests in one datagram and gives what the kernel answers, acknowledgements left out. It
 * answers before send() returns, so that nothing is waited for.
 *
 * @throws {NetlinkRefusal} the first refusal; `what` says of what
 */
export function converse(
  systemCalls: Pick<SystemCalls, "send" | "receive">,
  fd: number,
  what: string,
  requests: readonly Message[],
): readonly Message[] {
  systemCalls.send(fd, writeMessages(requests));
  const answers: Message[] = [];
  let refusal = 0;
  for (;;) {
    const length = systemCalls.receive(fd, received);
    if (length === undefined) break;
    for (const message of readMessages(received.slice(0, length))) {
      const errno = readAcknowledgement(message);
      if (errno === undefined) answers.push(message);
      else if (refusal === 0) refusal = errno;
    }
  }
  if (refusal !== 0) throw new NetlinkRefusal(what, refusal);
  return answers;
}

/** One for all: nothing else runs between receiving and reading. */
const received = new Uint8Array(16_384);
