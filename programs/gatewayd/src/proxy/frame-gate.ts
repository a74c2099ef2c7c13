import { Transform } from "node:stream";
import { FrameFollower } from "./websocket-frames.ts";

/** One direction of a WebSocket, on its way through us. */
export interface FrameGate {
  /** Passes bytes on as they come. */
  readonly stream: Transform;
  /** Ends the stream with a frame of ours where the frame under way ends; nothing passes after it. */
  endWith(frame: Uint8Array): void;
}

/** Follows the frames of one direction from its first byte. */
export function createFrameGate(): FrameGate {
  const follower = new FrameFollower();
  let last: Uint8Array | undefined;
  let hasEnded = false;

  const stream = new Transform({
    transform(bytes: Buffer, _encoding, done) {
      if (!hasEnded) pass(bytes);
      done();
    },
    flush(done) {
      hasEnded = true;
      done();
    },
  });

  function pass(bytes: Buffer): void {
    const endOfFrame = follower.follow(bytes);
    const isOver = endOfFrame < bytes.length || follower.isBetweenFrames;
    stream.push(last !== undefined ? bytes.subarray(0, endOfFrame) : bytes);
    if (last !== undefined && isOver) end(last);
  }

  function end(frame: Uint8Array): void {
    hasEnded = true;
    stream.push(frame);
    stream.push(null);
  }

  return {
    stream,
    endWith(frame) {
      if (hasEnded || last !== undefined) return;
      last = frame;
      if (follower.isBetweenFrames) end(frame);
    },
  };
}
