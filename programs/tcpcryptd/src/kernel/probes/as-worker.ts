/**
 * The program of the worker's probe: does once what workers do, with a map of sockets as file
 * descriptor 3. Says in one line what it could not do.
 *
 * @module
 */

import { applicationMark } from "../../marks.ts";
import { update } from "../bpf/bpf-calls.ts";
import { systemCalls } from "../system-calls.ts";

const inheritedMap = 3;
/** Nobody's: for documentation (RFC 5737). */
const foreign = { address: "192.0.2.1", port: 0 };

try {
  const calls = systemCalls();
  const fd = calls.tcpSocket({
    family: 4,
    mark: applicationMark,
    transparent: true,
    bind: foreign,
  });
  const key = new Uint8Array(4);
  new DataView(key.buffer).setInt32(0, fd, true);
  update(calls, inheritedMap, key, new Uint8Array(8));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
