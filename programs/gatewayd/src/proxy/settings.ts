import {
  type AcrossSettings,
  entriesOf,
  filePath,
  origin,
  listenAddress as unixOrTcp,
} from "@countersign/settings";
import * as z from "zod";
import {
  type GatewayAddress,
  listenAddress,
  writeListenAddress,
} from "../settings/listen-address.ts";

/** Where an application listens. */
export type UpstreamAddress =
  | { readonly kind: "tcp"; readonly origin: string }
  | { readonly kind: "unix"; readonly path: string };

const expectedUpstream =
  'where the application listens: "http://127.0.0.1:3000" or "unix:/run/app.sock"';

const upstream = z
  .string()
  .transform((text, context): UpstreamAddress => {
    const address = parseUpstream(text);
    if (address !== undefined) return address;
    context.addIssue({ code: "custom", message: expectedUpstream });
    return z.NEVER;
  })
  .meta({ title: 'address such as "http://127.0.0.1:3000" or "unix:/run/app.sock"' });

const timeLimit = z
  .int("a whole number of seconds")
  .min(1, "1 second or more")
  .max(86_400, "at most 86400 seconds (a day)")
  .meta({ title: "seconds" });

const tls = z.strictObject({
  certificate: filePath.describe("The certificate and those between it and the root, PEM."),
  key: filePath.describe("Its private key, PEM."),
});

const proxy = z.strictObject({
  listen: listenAddress.describe("Where visitors come. Several sites may share an address."),
  site: origin.describe("The site's origin, as under `sites`."),
  upstream: upstream.describe("The application: an origin, or a unix socket."),
  tls: tls.optional().describe("Speak TLS with visitors. Left out: plain HTTP."),
  preserveHost: z
    .boolean()
    .default(true)
    .describe("Send the visitor's Host to the application; else the upstream's own."),
  connectSeconds: timeLimit.default(5).describe("For the connection to the application."),
  firstByteSeconds: timeLimit
    .default(60)
    .describe("From the end of a request to the head of its answer; then visitors get 504."),
  idleSeconds: timeLimit
    .default(300)
    .describe("Without a byte either way; then an answer under way or a WebSocket is cut."),
  upstreamConnections: z
    .int()
    .min(1)
    .max(100_000)
    .default(256)
    .describe("Connections to the application, without WebSockets; above it visitors get 503."),
});

/** The list under `proxy`: sites that gatewayd serves itself. */
export const proxySettings = z.array(proxy).max(1000);

/** One entry of it. */
export type ProxySettings = z.output<typeof proxy>;

/** The addresses that the entries name, each once. */
export function proxyListens(proxies: readonly ProxySettings[]): readonly ProxyListen[] {
  const listens = proxies.map(({ listen, tls }) => ({ address: listen, isTls: tls !== undefined }));
  return [...new Map(listens.map((it) => [writeListenAddress(it.address), it])).values()];
}

/** An address that visitors come to. */
export interface ProxyListen {
  readonly address: GatewayAddress;
  readonly isTls: boolean;
}

/** A check across settings: each entry has its site, and those at one address fit together. */
export function checkProxies(settings: SettingsAround, { isRight, problem }: AcrossSettings): void {
  const origins = new Set([...entriesOf(settings.sites)].map(([, site]) => site?.origin));
  const tlsAt = new Map<string, boolean>();
  const seen = new Set<string>();
  for (const [index, entry] of entriesOf(settings.proxy)) {
    const at = ["proxy", index] as const;
    if (isRight(...at, "site") && isRight("sites") && !origins.has(entry.site)) {
      problem([...at, "site"], "an origin that stands under `sites`");
    }
    // One that is wrong may be no group at all.
    if (!isRight(...at)) continue;
    const { listen, site, upstream, tls } = entry;
    if (isItself(listen, upstream)) {
      problem(
        [...at, "upstream"],
        "another address than `listen`, where gatewayd would ask itself",
      );
    }
    const address = writeListenAddress(listen);
    const isTls = tls !== undefined;
    if ((tlsAt.get(address) ?? isTls) !== isTls) {
      problem([...at, "tls"], "TLS for every site at an address, or for none");
    }
    tlsAt.set(address, isTls);
    const isForwarded = !isRight("trustedProxies") || settings.trustedProxies.length > 0;
    if (!isTls && site.startsWith("https:") && listen.kind === "tcp" && !isForwarded) {
      problem(
        [...at, "tls"],
        "a certificate and its key, or under `trustedProxies` the proxy that speaks TLS with visitors",
      );
    }
    if (isTls && site.startsWith("http:")) {
      problem([...at, "site"], "an origin with https, since visitors come over TLS");
    }
    if (seen.has(`${address} ${site}`)) {
      problem([...at, "site"], "a site that no entry above has at this address");
    }
    seen.add(`${address} ${site}`);
  }
}

/** Whether an upstream is plainly the address that visitors come to. */
function isItself(listen: GatewayAddress, upstream: UpstreamAddress): boolean {
  if (listen.kind === "unix" && upstream.kind === "unix") return listen.path === upstream.path;
  if (listen.kind !== "tcp" || upstream.kind !== "tcp") return false;
  const { protocol, port, hostname } = new URL(upstream.origin);
  const name = hostname.replaceAll(/[[\]]/g, "");
  const isHere = ["localhost", "127.0.0.1", "::1", listen.host].includes(name);
  return isHere && Number(port || (protocol === "https:" ? 443 : 80)) === listen.port;
}

/** What the check looks at. */
interface SettingsAround {
  readonly proxy: readonly ProxySettings[];
  readonly sites: readonly { readonly origin: string }[];
  readonly trustedProxies: readonly unknown[];
}

function parseUpstream(text: string): UpstreamAddress | undefined {
  const { data: socket } = unixOrTcp.safeParse(text);
  if (socket?.kind === "unix") return socket;
  const { data } = origin.safeParse(text);
  return data === undefined ? undefined : { kind: "tcp", origin: data };
}
