import {
  type Message,
  machineOrder,
  messageFlag,
  readMessages,
  writeMessages,
} from "../../src/hold/netlink.ts";

/** Answers netlink requests with the errno that `judge` gives, or with messages of its own. */
export function standInKernel(judge: (request: Message) => number | readonly Message[]) {
  const sent: Message[] = [];
  const answers: Uint8Array[] = [];
  return {
    /** All that was asked so far. */
    sent,
    send(_fd: number, bytes: Uint8Array): void {
      for (const request of readMessages(bytes)) {
        sent.push(request);
        const judged = judge(request);
        if (typeof judged !== "number") answers.push(writeMessages(judged));
        else if (judged !== 0 || (request.flags & messageFlag.acknowledge) !== 0) {
          const body = machineOrder(-judged >>> 0);
          answers.push(writeMessages([{ type: 2, flags: 0, sequence: request.sequence, body }]));
        }
      }
    },
    receive(_fd: number, buffer: Uint8Array): number | undefined {
      const answer = answers.shift();
      if (answer !== undefined) buffer.set(answer);
      return answer?.length;
    },
  };
}
