/**
 * A program that is given the maps of the BPF program as file descriptors 3 and 4, offers TCP-ENO
 * to an address and port, and prints what was recorded and who it is.
 *
 * @module
 */

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Socket } from "node:net";
import { enoSockets } from "@countersign/tcpcryptd/kernel/bpf/eno-sockets.ts";
import { systemCalls } from "@countersign/tcpcryptd/kernel/system-calls.ts";

const [host = "", port] = process.argv.slice(2);
const sockets = enoSockets({ storage: 3, answers: 4 });
sockets.addAnswer(0x23, new Uint8Array(9), new Uint8Array(9));
sockets.removeAnswer(0x23, new Uint8Array(9));

const fd = systemCalls().tcpSocket({ family: 4, mark: 0x4300_0000, transparent: true });
sockets.offer(fd, { option: Uint8Array.of(69, 3, 0x23), aware: "off" });
const socket = new Socket({ fd });
socket.connect({ host, port: Number(port) });
await once(socket, "connect");
const outcome = sockets.outcome(fd);
const capabilities = /^CapEff:\s*(\w+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
const said = {
  received: Buffer.from(outcome?.received ?? []).toString("hex"),
  acknowledged: outcome?.acknowledged,
  uid: process.getuid?.(),
  capabilities,
};
process.stdout.write(JSON.stringify(said));
socket.destroy();
