import { recordType, writeNameValues, writeRecord } from "@countersign/fastcgi";
import {
  createIssuer,
  encodeTicket,
  exportPublicPem,
  importPrivateKey,
  verificationKeyOf,
} from "@countersign/ticket";
import { mutate, mutateText } from "./mutate.ts";
import type { Random } from "./random.ts";

// The same key each time, or no input could be made again. The DER of RFC 8410 §7 before 32 bytes.
const der = Buffer.concat([
  Buffer.from("302e020100300506032b657004220420", "hex"),
  Buffer.alloc(32, 7),
]);
const key = importPrivateKey(
  `-----BEGIN PRIVATE KEY-----\n${der.toString("base64")}\n-----END PRIVATE KEY-----\n`,
);

/** The moment of every visit here. */
export const now = 1_800_000_000;

/** PEM of the key that signed {@link ticket}. */
export const publicKey = exportPublicPem(verificationKeyOf(key));

/** A valid ticket of ada's, who has no token that any place asks for. */
const ticket = encodeTicket(
  createIssuer(key).issue({ uid: "ada", validUntil: now + 1000, tokens: ["dev"] }),
);

/** The sites: all below `/admin` needs a token that ada lacks. */
export const sites = [
  {
    origin: "http://wiki.example.com",
    loginUrl: "https://sso.example.com/login",
    corsOrigins: ["https://app.example.com"],
    hideTicket: true,
    basicAuth: "fake",
    places: [
      { path: "/admin", anyOfTokens: ["admin"] },
      { path: "/open", access: "optional" },
      { exactPath: "/status", methods: ["GET", "HEAD"] },
      { pattern: "/users/*/photo", networks: ["192.0.2.0/24"] },
      { path: "/by-argument", arguments: { action: "view" } },
    ],
  },
];

const segments = [
  "admin",
  "ADMIN",
  "open",
  "users",
  "status",
  "photo",
  "a",
  "",
  ".",
  "..",
  "x.php",
];
const oddities = ["%2f", "%5c", "%2e", "%2e%2e", "%00", "%ff", ";a=b", "\\", "//", "%", "%25", "#"];
const queries = ["", "?action=view", "?action=view&action=x", "?countersign=1.1.x", "?a=%00&b"];

/** A path as somebody would write it who looks for a gap. */
function targetOf(random: Random): string {
  let target = "";
  for (let count = random.int(5) + 1; count > 0; count -= 1) {
    target += `/${random.pick(segments)}`;
    if (random.chance(0.3)) target += random.pick(oddities);
  }
  target += random.pick(queries);
  return random.chance(0.2) ? mutateText(target, random) : target;
}

/** A Cookie header: with the ticket, with what was one, or with anything. */
function cookiesOf(random: Random): string {
  const one = () => {
    const value = random.chance(0.5) ? ticket : mutateText(ticket, random);
    return `${random.pick(["auth_pubtkt", "AUTH_PUBTKT", "a", "auth_pubtkt "])}=${value}`;
  };
  const cookies = Array.from({ length: random.int(4) + 1 }, one).join(
    random.pick(["; ", ";", ","]),
  );
  return random.chance(0.3) ? mutateText(cookies, random) : cookies;
}

const methods = ["GET", "HEAD", "POST", "OPTIONS", "DELETE", "get", "G ET", ""];
const hosts = [
  "wiki.example.com",
  "WIKI.example.com.",
  "wiki.example.com:80",
  "evil.example",
  "[::1]",
];
const addresses = ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1", "1.2.3", ""];

/** The facts of a visit, each mostly right. */
export function factsOf(random: Random) {
  const odd = (text: string) => (random.chance(0.05) ? mutateText(text, random) : text);
  return {
    method: odd(random.chance(0.7) ? "GET" : random.pick(methods)),
    scheme: odd(random.chance(0.9) ? "http" : random.pick(["https", "HTTP", "ws", ""])),
    host: odd(random.chance(0.8) ? "wiki.example.com" : random.pick(hosts)),
    target: targetOf(random),
    servedPath: random.chance(0.8) ? undefined : targetOf(random).split("?", 1)[0],
    clientAddress: odd(random.chance(0.8) ? "192.0.2.7" : random.pick(addresses)),
    cookies: cookiesOf(random),
    accept: random.pick(["text/html", "*/*", "application/json", ""]),
    origin: random.pick(["https://app.example.com", "https://evil.example", "null", ""]),
  };
}

const paths = [
  "/auth",
  "/answer",
  "/check",
  "/forward-auth",
  "/ext-authz/",
  "/healthz",
  "/metrics",
];

/** A request over HTTP: one that nginx could send, or what is left of it after some changes. */
export function httpInput(random: Random): Buffer {
  const facts = factsOf(random);
  const path = random.chance(0.6) ? "/auth" : random.pick(paths);
  const lines = [
    `GET ${path}${path.endsWith("/") ? facts.target : ""} HTTP/1.${random.pick(["1", "1", "0"])}`,
    "Host: gateway",
    `X-Countersign-Method: ${facts.method}`,
    `X-Countersign-Scheme: ${facts.scheme}`,
    `X-Countersign-Host: ${facts.host}`,
    `X-Countersign-Uri: ${facts.target}`,
    `X-Countersign-Client-Address: ${facts.clientAddress}`,
    `X-Forwarded-Host: ${facts.host}`,
    `X-Forwarded-Uri: ${facts.target}`,
    `X-Forwarded-Proto: ${facts.scheme}`,
    `X-Forwarded-For: ${facts.clientAddress}`,
    `Cookie: ${facts.cookies}`,
    `Accept: ${facts.accept}`,
    `Origin: ${facts.origin}`,
    ...(random.chance(0.1)
      ? [random.pick(["Remote_User: root", "Content-Length: 5", "Transfer-Encoding: chunked"])]
      : []),
    ...(random.chance(0.02) ? [`X-Long: ${"a".repeat(20_000)}`] : []),
  ].filter(() => !random.chance(0.02));
  const bytes = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  return random.chance(0.5) ? mutate(bytes, random) : bytes;
}

/** The same over FastCGI. */
export function fastCgiInput(random: Random): Buffer {
  const facts = factsOf(random);
  const params = new Map([
    ["REQUEST_METHOD", facts.method],
    ["REQUEST_SCHEME", facts.scheme],
    ["SERVER_PROTOCOL", random.pick(["HTTP/1.1", "HTTP/1.0", "HTTP/2.0", ""])],
    ["SERVER_NAME", facts.host],
    ["SERVER_PORT", random.pick(["80", "80", "443", "x", ""])],
    ["REQUEST_URI", facts.target],
    ["REMOTE_ADDR", facts.clientAddress],
    ["CONTEXT_DOCUMENT_ROOT", random.pick(["/srv", "/srv/", ""])],
    ["SCRIPT_FILENAME", `/srv${random.chance(0.5) ? facts.target : targetOf(random)}`],
    ["HTTP_COOKIE", facts.cookies],
    ["HTTP_ACCEPT", facts.accept],
    ["HTTP_ORIGIN", facts.origin],
    ...(random.chance(0.02) ? [["HTTP_X_LONG", "a".repeat(40_000)] as const] : []),
  ]);
  const requestId = random.chance(0.9) ? 1 : random.int(65_536);
  const flags = random.int(2);
  const begin = Uint8Array.of(0, random.chance(0.95) ? 2 : random.int(256), flags, 0, 0, 0, 0, 0);
  const content = writeNameValues(params);
  const { BEGIN_REQUEST, PARAMS, ABORT_REQUEST, STDIN, GET_VALUES } = recordType;
  const records = [
    { type: BEGIN_REQUEST, requestId, content: begin },
    { type: PARAMS, requestId, content },
    { type: PARAMS, requestId, content: new Uint8Array(0) },
    ...(random.chance(0.1) ? [{ type: ABORT_REQUEST, requestId, content: new Uint8Array(0) }] : []),
    ...(random.chance(0.1) ? [{ type: STDIN, requestId, content }] : []),
    ...(random.chance(0.1) ? [{ type: GET_VALUES, requestId: 0, content }] : []),
    ...(random.chance(0.1) ? [{ type: random.int(256), requestId, content: begin }] : []),
  ].filter(() => !random.chance(0.02));
  const bytes = Buffer.concat(records.map((record) => writeRecord(record)));
  return bytes.length > 0 && random.chance(0.7) ? mutate(bytes, random) : bytes;
}
