import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import {
  answerSyn,
  type Connection,
  type ConnectionEvent,
  createConnection,
  defaultConnectionLimits,
  offerSyn,
  settle,
} from "@countersign/tcpcrypt";
import { connecting } from "./joined-sockets.ts";
import type { Host } from "./two-hosts.ts";

const terms = { teps: [0x23], aware: "off" } as const;

/** What a peer that the test plays sends after an event; nothing it sends may be refused. */
export function sentAfter(peer: Connection, event: ConnectionEvent): Buffer {
  const effects = peer.handle(event);
  const refused = effects.find(({ type }) => type === "abort");
  assert.equal(refused, undefined);
  return Buffer.concat(effects.flatMap((each) => (each.type === "send" ? each.pieces : [])));
}

/** A peer that has connected to `host` and exchanged keys with it. */
export async function dialing(
  host: Host,
  rekeyAfterBytes = defaultConnectionLimits.rekeyAfterBytes,
): Promise<{ peer: Connection; socket: Socket }> {
  const syn = offerSyn(terms);
  const synAck = syn && answerSyn(syn, terms);
  assert.ok(syn && synAck);
  host.eno.arriving.push({ sent: synAck, received: syn, acknowledged: true });
  const peer = connectionOf(syn, synAck, rekeyAfterBytes);
  const socket = connecting(host.incomingPort);
  socket.write(sentAfter(peer, { type: "start" }));
  const [init2] = (await once(socket, "data")) as [Buffer];
  sentAfter(peer, { type: "received", bytes: init2 });
  assert.ok(peer.session);
  return { peer, socket };
}

/** The peer that answers the next SYN of `host`, before the key exchange. */
export function answering(host: Host): Promise<Connection> {
  return new Promise((resolve) => {
    host.eno.answer = (sent) => {
      const received = answerSyn(sent, terms);
      assert.ok(received);
      resolve(connectionOf(received, sent));
      return { sent, received, acknowledged: true };
    };
  });
}

function connectionOf(
  sent: Uint8Array,
  received: Uint8Array,
  rekeyAfterBytes = defaultConnectionLimits.rekeyAfterBytes,
): Connection {
  const settlement = settle(sent, received, terms);
  assert.ok(settlement.agreed);
  return createConnection({
    settlement,
    ciphers: [0x0001],
    entropy: { bytes: randomBytes },
    now: 0,
    cacheSecret: false,
    limits: { ...defaultConnectionLimits, rekeyAfterBytes },
  });
}
