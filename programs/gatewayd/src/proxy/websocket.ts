import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import type { EpochSeconds } from "@countersign/ticket";
import type { Endings, EndReason } from "./endings.ts";
import { createFrameGate } from "./frame-gate.ts";
import { pairs, without } from "./hop-by-hop.ts";
import { closeFrame } from "./websocket-frames.ts";

/** The two ends of a WebSocket; both have agreed to it. */
export interface Ends {
  readonly visitor: Duplex;
  readonly application: Duplex;
}

/** 4000 to 4999 are for private use (RFC 6455 §7.4.2); 4401 is after HTTP's 401. */
const closings: Readonly<Record<EndReason, readonly [code: number, reason: string]>> = {
  "ticket-ended": [4401, "sign-in required"],
  stopping: [1001, "going away"],
};

/** For the frame under way to end, and for the other end to answer the last one. */
const closesWithinMs = 2_000;

/**
 * Passes the frames of a WebSocket on both ways until either end closes it. When the ticket ends or the
 * gateway stops, both get a close frame, between two frames of the other.
 */
export function joinWebSocket(
  { visitor, application }: Ends,
  validUntil: EpochSeconds | undefined,
  endings: Endings,
): void {
  const toVisitor = createFrameGate();
  const toApplication = createFrameGate();
  application.pipe(toVisitor.stream).pipe(visitor);
  visitor.pipe(toApplication.stream).pipe(application);
  const forget = endings.add(validUntil, (why) => {
    const [code, reason] = closings[why];
    toVisitor.endWith(closeFrame(code, reason));
    toApplication.endWith(closeFrame(code, reason, randomBytes(4)));
    cutSoon();
  });
  const cutSoon = () => setTimeout(cut, closesWithinMs).unref();
  const cut = () => {
    forget();
    visitor.destroy();
    application.destroy();
  };
  for (const socket of [visitor, application]) {
    // What went wrong with one end is seen by the other as a connection that closed.
    socket.once("end", cutSoon);
    socket.on("error", cut);
    socket.on("close", cut);
  }
}

/** The head of the answer that turns a connection into a WebSocket. */
export function switchingProtocols(headers: readonly string[]): string {
  // It has no body (RFC 9110 §8.6).
  const kept = without(headers, (name) => name === "content-length");
  const lines = [...pairs(kept)].map(([name, value]) => `${name}: ${value}\r\n`);
  const upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
  return `HTTP/1.1 101 Switching Protocols\r\n${upgrade}${lines.join("")}\r\n`;
}
