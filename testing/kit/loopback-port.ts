import { randomInt } from "node:crypto";
import { createServer } from "node:net";

// Linux gives outgoing connections ports from 32768 on, so none of them can take one of these
// between our test and the start of the server.
const lowest = 15_000;
const highest = 32_000;

/** A TCP port of 127.0.0.1 that nobody listens on at the moment. */
export async function freeLoopbackPort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = randomInt(lowest, highest);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${lowest} and ${highest} on 127.0.0.1`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
