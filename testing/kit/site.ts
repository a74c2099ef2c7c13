import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Owner } from "./cleanup.ts";
import { copyExample, type Values } from "./configuration.ts";
import { freeLoopbackPort } from "./loopback-port.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Where a protected site is, and where it sends its visitors. */
export interface Site {
  readonly host: string;
  readonly port: number;
  /** `http://host:port` */
  readonly origin: string;
  readonly loginOrigin: string;
}

/** A site that is configured after one of the examples, and not yet started. */
export interface PreparedSite extends Site {
  /** Holds the filled-in copy of the example. */
  readonly folder: string;
}

/** What a site needs to know beforehand. */
export interface SitePlan {
  /** A folder of examples/. */
  readonly example: string;
  readonly host: string;
  /** The public key of the tickets, in PEM. */
  readonly publicKey: string;
  readonly loginOrigin: string;
  /** What is to be otherwise in one of the copied files. */
  /** Further placeholders of the example. */
  readonly values?: Values;
  readonly change?: { readonly file: string; readonly by: (text: string) => string };
}

/** Copies the example to a new folder and gives it a free port. */
export async function prepareSite(owner: Owner, plan: SitePlan): Promise<PreparedSite> {
  const folder = temporaryFolder(owner);
  const port = await freeLoopbackPort();
  const publicKeyFile = join(folder, "ticket.pub.pem");
  writeFileSync(publicKeyFile, plan.publicKey);
  copyExample(plan.example, folder, {
    ROOT: folder,
    HOST: plan.host,
    PORT: String(port),
    LOGIN_ORIGIN: plan.loginOrigin,
    LOGIN_URL: `${plan.loginOrigin}/login`,
    PUBLIC_KEY: publicKeyFile,
    GATEWAY_SOCKET: join(folder, "gateway.sock"),
    AUTHORIZER_SOCKET: join(folder, "authorizer.sock"),
    ...plan.values,
  });
  if (plan.change !== undefined) {
    const file = join(folder, plan.change.file);
    writeFileSync(file, plan.change.by(readFileSync(file, "utf8")));
  }
  const origin = `http://${plan.host}:${port}`;
  return { folder, host: plan.host, port, origin, loginOrigin: plan.loginOrigin };
}
