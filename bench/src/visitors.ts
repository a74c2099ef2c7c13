import {
  createIssuer,
  encodeTicket,
  exportPublicPem,
  type SigningKey,
  verificationKeyOf,
} from "@countersign/ticket";
import { fieldsOf, newKey } from "./tickets.ts";

/** Visitors with tickets of one key. */
export interface Visitors {
  /** PEM */
  readonly publicKey: string;
  /** What the first `count` of them ask a web server for, each for the same page. */
  asking(host: string, count: number): readonly Buffer[];
  /** What nginx asks gatewayd for the first `count` of them. */
  askingGatewayd(host: string, count: number): readonly Buffer[];
}

const inAnHour = Math.floor(Date.now() / 1000) + 3600;

/** Issues tickets as they are needed, each once. */
export function visitorsWith(type: "rsa" | "dsa" | "ed25519", key = newKey(type)): Visitors {
  const issuer = createIssuer(key);
  const cookies: string[] = [];
  const cookiesOf = (count: number): readonly string[] => {
    while (cookies.length < count) {
      const fields = { ...fieldsOf(cookies.length), validUntil: inAnHour };
      cookies.push(
        `auth_pubtkt=${encodeTicket(issuer.issue({ ...fields, graceAfter: inAnHour }))}`,
      );
    }
    return cookies.slice(0, count);
  };
  return {
    publicKey: publicKeyOf(key),
    asking: (host, count) =>
      cookiesOf(count).map((cookie) =>
        Buffer.from(`GET /index.html HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\n\r\n`),
      ),
    askingGatewayd: (host, count) =>
      cookiesOf(count).map((cookie) =>
        Buffer.from(
          "GET /auth HTTP/1.1\r\nHost: countersign\r\nX-Countersign-Method: GET\r\n" +
            `X-Countersign-Scheme: http\r\nX-Countersign-Host: ${host}\r\n` +
            "X-Countersign-Uri: /index.html\r\nX-Countersign-Protocol: HTTP/1.1\r\n" +
            `X-Countersign-Client-Address: 127.0.0.1\r\nCookie: ${cookie}\r\n\r\n`,
        ),
      ),
  };
}

function publicKeyOf(key: SigningKey): string {
  return exportPublicPem(verificationKeyOf(key));
}
