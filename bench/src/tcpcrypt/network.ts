import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Owner } from "@countersign/testing/kit/cleanup.ts";
import type { Host } from "@countersign/testing/kit/namespaces/host.ts";
import { createPair, type Pair } from "@countersign/testing/kit/namespaces/network.ts";
import { openssl } from "@countersign/testing/kit/openssl.ts";
import type { ServerProcess } from "@countersign/testing/kit/server-process.ts";
import { temporaryFolder } from "@countersign/testing/kit/temporary-folder.ts";
import {
  type Daemon,
  type DaemonSettings,
  startDaemon,
} from "@countersign/testing/tcpcrypt/kit/daemon.ts";

/** What carries a connection from host a to host b. */
export type Way = "plain" | "relay" | "tls" | "tls-rsa" | "tcpcrypt";

const ways: readonly Way[] = ["plain", "relay", "tls", "tls-rsa", "tcpcrypt"];

/** Two hosts with nginx and iperf3 on host b, each at a port per way. */
export interface Network extends Pair {
  readonly daemons: { readonly a: Daemon; readonly b: Daemon };
  /** Halves of the relay pairs, on a and on b. */
  readonly relays: ReadonlyMap<Way, { readonly a: ServerProcess; readonly b: ServerProcess }>;
  /** nginx with TLS 1.3 of its own, and an ECDSA or RSA certificate. */
  readonly tlsPorts: { readonly ecdsa: number; readonly rsa: number };
}

const index = (way: Way) => ways.indexOf(way);
/** Where the small page is. */
export const pagePort = (way: Way): number => 8000 + index(way);
/** Where iperf3 is. */
export const bulkPort = (way: Way): number => 5200 + index(way);
const tlsPorts = { ecdsa: 8443, rsa: 8444 };

/** Sets everything up; it ends with `owner`. */
export async function createNetwork(
  owner: Owner,
  { settings = {}, resume = false }: { settings?: DaemonSettings; resume?: boolean } = {},
): Promise<Network> {
  const pair = createPair(owner);
  const certificates = makeCertificates(owner);
  await startNginx(owner, pair.b, certificates);
  for (const way of ways) {
    await pair.b.start({
      command: "iperf3",
      args: ["-s", "-p", String(bulkPort(way))],
      isReady: () => accepts(pair.b, bulkPort(way)),
    });
  }
  const relays = new Map<Way, { a: ServerProcess; b: ServerProcess }>();
  for (const way of ["relay", "tls", "tls-rsa"] as const) {
    relays.set(way, await startRelays(pair, way, { certificates, resume }));
  }
  await redirectToRelays(pair);
  const ports = [pagePort("tcpcrypt"), bulkPort("tcpcrypt")];
  const daemons = {
    a: await startDaemon(owner, pair.a, { outgoing: [{ ports }], incoming: [], ...settings }),
    b: await startDaemon(owner, pair.b, { outgoing: [], incoming: [{ ports }], ...settings }),
  };
  return { ...pair, daemons, relays, tlsPorts };
}

interface Certificates {
  readonly ecdsa: string;
  readonly rsa: string;
}

function makeCertificates(owner: Owner): Certificates {
  const folder = temporaryFolder(owner);
  const make = (name: string, ...kind: string[]): string => {
    const file = join(folder, `${name}.pem`);
    openssl(
      [
        "req",
        "-x509",
        "-nodes",
        "-subj",
        "/CN=b",
        "-days",
        "2",
        "-keyout",
        file,
        "-out",
        `${file}.crt`,
      ].concat(kind),
    );
    writeFileSync(file, openssl(["x509", "-in", `${file}.crt`]), { flag: "a" });
    chmodSync(file, 0o600);
    return file;
  };
  return {
    ecdsa: make("ecdsa", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
    rsa: make("rsa", "-newkey", "rsa:2048"),
  };
}

/** The ways that a Node relay pair serves, each for the page and for bulk. */
async function startRelays(
  { a, b }: Pair,
  way: "relay" | "tls" | "tls-rsa",
  { certificates, resume }: { certificates: Certificates; resume: boolean },
): Promise<{ a: ServerProcess; b: ServerProcess }> {
  const kind = way === "relay" ? "plain" : "tls";
  const pem = way === "relay" ? [] : [way === "tls" ? certificates.ecdsa : certificates.rsa];
  const script = join(import.meta.dirname, "../load/relay.ts");
  const start = (host: Host, side: string, pairs: readonly string[]) =>
    host.start({
      command: process.execPath,
      args: [script, kind, side, ...pairs, ...(side === "server" ? pem : [])],
      env: { ...process.env, RESUME: resume ? "1" : "0" },
      isReady: () => accepts(host, Number(pairs[0]?.split("=")[0])),
    });
  const ports = [pagePort(way), bulkPort(way)];
  return {
    b: await start(
      b,
      "server",
      ports.map((port) => `${port + 20_000}=127.0.0.1:${port}`),
    ),
    a: await start(
      a,
      "client",
      ports.map((port) => `${port + 10_000}=${b.ipv4}:${port + 30_000}`),
    ),
  };
}

/** As tcpcryptd, the peers pay for a redirection in the kernel on both hosts. */
async function redirectToRelays({ a, b }: Pair): Promise<void> {
  const ports = (["relay", "tls", "tls-rsa"] as const).flatMap((way) => [
    pagePort(way),
    bulkPort(way),
  ]);
  const map = (from: number, to: number) =>
    `tcp dport map { ${ports.map((port) => `${port + from} : ${port + to}`).join(", ")} }`;
  await a.nft(`table ip bench { chain out { type nat hook output priority -100;
    tcp dport { ${ports.join(", ")} } redirect to :${map(0, 10_000)}; }; }\n`);
  await b.nft(`table ip bench { chain in { type nat hook prerouting priority -100;
    tcp dport { ${ports.map((port) => port + 30_000).join(", ")} } redirect to :${map(30_000, 20_000)}; }; }\n`);
}

async function startNginx(owner: Owner, host: Host, certificates: Certificates): Promise<void> {
  const folder = temporaryFolder(owner);
  const file = join(folder, "nginx.conf");
  const listen = ways.map((way) => `listen ${pagePort(way)} backlog=4096;`).join(" ");
  const tls = (port: number, pem: string) =>
    `server { listen ${port} ssl backlog=4096; ssl_certificate ${pem}; ssl_certificate_key ${pem};
      ssl_protocols TLSv1.3; ssl_ecdh_curve X25519; ssl_session_tickets off;
      location / { return 200 "hello\\n"; } }`;
  writeFileSync(
    file,
    `user root; worker_processes 1; error_log ${folder}/error.log; pid ${folder}/nginx.pid;
    events { worker_connections 16384; }
    http { access_log off; keepalive_timeout 0; client_header_timeout 600;
      server { ${listen} location / { return 200 "hello\\n"; } }
      ${tls(tlsPorts.ecdsa, certificates.ecdsa)} ${tls(tlsPorts.rsa, certificates.rsa)} }\n`,
  );
  await host.start({
    command: "/usr/sbin/nginx",
    args: ["-e", join(folder, "error.log"), "-c", file, "-g", "daemon off;"],
    isReady: async () => existsSync(join(folder, "nginx.pid")),
  });
}

async function accepts(host: Host, port: number): Promise<boolean> {
  try {
    (await host.connected({ address: "127.0.0.1", port })).destroy();
    return true;
  } catch {
    return false;
  }
}
