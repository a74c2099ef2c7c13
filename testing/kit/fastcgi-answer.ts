/** Record types of the FastCGI specification, section 8. */
const endRequest = 3;
const stdout = 6;

/**
 * What a FastCGI application sends for the first request on a connection: `text` and its end. Written by hand, so that it
 * can also be what packages/fastcgi would never send.
 *
 * @param status The protocol status: 0 is that the request is complete, 2 that the application is overloaded.
 */
export function fastCgiAnswer(text: string, status = 0): Buffer {
  return Buffer.concat([record(stdout, Buffer.from(text)), record(stdout), fastCgiEnd(status)]);
}

/** The end of the first request, without a word before it. */
export function fastCgiEnd(status: number): Buffer {
  return record(endRequest, Buffer.of(0, 0, 0, 0, status, 0, 0, 0));
}

function record(type: number, content: Buffer = Buffer.alloc(0)): Buffer {
  const { length } = content;
  return Buffer.concat([Buffer.of(1, type, 0, 1, length >> 8, length & 0xff, 0, 0), content]);
}
