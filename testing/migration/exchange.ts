import { connect } from "node:net";
import { connect as connectTls } from "node:tls";

/** What is sent, and where. */
export interface Sending {
  readonly address: string;
  readonly port: number;
  /** The server's own certificate, in PEM: then it goes over TLS. */
  readonly certificate?: string | undefined;
  readonly host: string;
  /** The address of loopback that it comes from. */
  readonly from: string;
  /** Request line and fields; characters are bytes. */
  readonly lines: readonly string[];
  readonly body: string;
}

/** An answer, as far as both servers can be compared. */
export interface Answer {
  /** 0 if the server closed the connection without a word. */
  readonly status: number;
  readonly location: string | undefined;
  readonly cacheControl: string | undefined;
  /** What the CGI program learned; `undefined` if it did not run. */
  readonly seen: Seen | undefined;
}

/** Empty is absent (RFC 3875 §4.1). */
export interface Seen {
  readonly user: string;
  readonly tokens: string;
  readonly data: string;
  readonly authType: string;
  readonly authorization: string;
  readonly cookie: string;
}

const answersWithinMs = 20_000;

/** Sends one request over a connection of its own and reads until the server closes. */
export function exchange(sending: Sending): Promise<Answer> {
  const { address: host, port, certificate, from: localAddress, host: servername } = sending;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const send = () => {
      const head = [...sending.lines, "Connection: close", "", ""].join("\r\n");
      socket.write(head + sending.body, "latin1");
    };
    const socket =
      certificate === undefined
        ? connect({ host, port, localAddress }, send)
        : connectTls(
            { socket: connect({ host, port, localAddress }), ca: certificate, servername },
            send,
          );
    socket.setTimeout(answersWithinMs, () => socket.destroy(new Error("no answer in time")));
    socket.on("data", (chunk) => chunks.push(chunk));
    // A server that crashes resets the connection.
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ECONNRESET") reject(error);
    });
    socket.on("close", () => resolve(readAnswer(Buffer.concat(chunks).toString("latin1"))));
  });
}

function readAnswer(text: string): Answer {
  const [head = ""] = text.split("\r\n\r\n", 1);
  const field = (name: string) => new RegExp(`^${name}: *(.*)$`, "im").exec(head)?.[1];
  return {
    status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0),
    location: field("location"),
    cacheControl: field("cache-control"),
    seen: readSeen(field("x-seen")),
  };
}

function readSeen(field: string | undefined): Seen | undefined {
  if (field === undefined) return undefined;
  const values = Buffer.from(field, "base64").toString("utf8").split("\0");
  const [user = "", tokens = "", data = "", authType = "", authorization = "", cookie = ""] =
    values;
  return { user, tokens, data, authType, authorization, cookie };
}
