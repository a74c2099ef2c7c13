import type { ServerResponse } from "node:http";
import type { Answer } from "@countersign/gateway";

/** Answers a visitor in the application's place. */
export function writeAnswer(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, [
    ...headers.flat(),
    ...["Content-Length", String(Buffer.byteLength(body))],
  ]);
  // Node.js drops the body where the method is HEAD.
  response.end(body);
}

/** What only a proxy has to say, and nobody would want to see prettier. */
export function plainAnswer(status: keyof typeof texts): Answer {
  return {
    status,
    headers: [
      ["Content-Type", "text/plain; charset=utf-8"],
      ["Cache-Control", "no-store"],
      // RFC 9110 §15.5.6 wants it; what the application allows of these, it says itself.
      ...(status === 405
        ? [["Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"] as const]
        : []),
      ...(status === 503 ? [["Retry-After", "1"] as const] : []),
    ],
    body: `${texts[status]}\n`,
  };
}

const texts = {
  400: "Bad Request",
  405: "Not in this way.",
  421: "This site is not here.",
  500: "Internal Server Error",
  502: "The application does not answer.",
  503: "The application has too much to do.",
  504: "The application takes too long.",
} as const;
