import { join } from "node:path";
import {
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  verificationKeyOf,
} from "@countersign/ticket";
import type { Owner } from "./cleanup.ts";
import { startLoginServer, type TestUser } from "./login-server.ts";
import { freeLoopbackPort } from "./loopback-port.ts";
import { startNodeSite } from "./node-site.ts";
import { type RunningProgram, runGateway } from "./programs.ts";
import { prepareSite, type Site } from "./site.ts";
import { startApache, startNginx } from "./web-servers.ts";

/** A login server with every kind of site, each on a host of its own under `demo.localhost`. */
export interface Installation {
  readonly loginOrigin: string;
  readonly login: RunningProgram;
  readonly sites: readonly InstalledSite[];
}

/** A site of an installation. */
export interface InstalledSite extends Site {
  readonly name: string;
  /** A page that says who its visitor is. */
  readonly whoami: string;
}

/** Who can sign in, and until when. */
export interface InstallationPlan {
  readonly users: readonly TestUser[];
  readonly lifetimeSeconds: number;
  readonly graceSeconds: number;
  /** For all but Apache's C module, which knows the real time only. */
  readonly now: () => number;
}

/** Starts a whole installation with a new RSA key; all of it ends with `owner`. */
export async function startInstallation(
  owner: Owner,
  plan: InstallationPlan,
): Promise<Installation> {
  const { now } = plan;
  const privateKey = generatePrivateKeyPem("rsa");
  const publicKey = exportPublicPem(verificationKeyOf(importPrivateKey(privateKey)));
  const port = await freeLoopbackPort();
  const loginOrigin = `http://sso.demo.localhost:${port}`;
  const sites = await startSites(owner, { publicKey, loginOrigin, now });
  const origins = sites.map(({ origin }) => origin);
  const login = await startLoginServer(owner, { ...plan, port, privateKey, sites: origins }, now);
  return { loginOrigin, login, sites };
}

async function startSites(
  owner: Owner,
  plan: { publicKey: string; loginOrigin: string; now: () => number },
): Promise<readonly InstalledSite[]> {
  const { publicKey, loginOrigin, now } = plan;
  const prepare = (example: string, host: string) =>
    prepareSite(owner, { example, host, publicKey, loginOrigin });

  const old = await prepare("apache-pubtkt", "wiki.demo.localhost");
  await startApache(owner, old);

  const fcgi = await prepare("apache-fcgi", "files.demo.localhost");
  await runGateway(owner, { settingsFile: join(fcgi.folder, "gateway.yaml"), now });
  await startApache(owner, fcgi);

  const nginx = await prepare("nginx", "shop.demo.localhost");
  await runGateway(owner, { settingsFile: join(nginx.folder, "gateway.yaml"), now });
  await startNginx(owner, nginx);

  const node = await startNodeSite(owner, {
    ...plan,
    framework: "Express",
    host: "notes.demo.localhost",
  });

  return [
    { ...old, name: "Apache with the C module", whoami: `${old.origin}/cgi/whoami` },
    { ...fcgi, name: "Apache with gatewayd", whoami: `${fcgi.origin}/cgi/whoami` },
    { ...nginx, name: "nginx with gatewayd", whoami: `${nginx.origin}/whoami` },
    { ...node, name: "a Node application", whoami: `${node.origin}/whoami` },
  ];
}
