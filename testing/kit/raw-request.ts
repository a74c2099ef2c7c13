import { connect } from "node:net";

/** An answer as it came. */
export interface RawAnswer {
  /** 0 if the server closed the connection without a word. */
  readonly status: number;
  /** The value of the `Location` field, if there is one. */
  readonly location: string | undefined;
  /** Head and body. */
  readonly text: string;
}

const answersWithinMs = 30_000;

/**
 * Sends `lines`, which need no reader's mercy: nothing is added but line ends and the empty line,
 * nothing is checked. Characters are bytes (Latin-1). Reads until the server closes.
 */
export function sendLines(port: number, lines: readonly string[]): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => {
      socket.write([...lines, "", ""].join("\r\n"), "latin1");
    });
    socket.setTimeout(answersWithinMs, () => socket.destroy(new Error("no answer in time")));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => {
      const text = Buffer.concat(chunks).toString("latin1");
      const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0);
      const [head = ""] = text.split("\r\n\r\n", 1);
      resolve({ status, location: /^location: *(.*)$/im.exec(head)?.[1], text });
    });
  });
}
