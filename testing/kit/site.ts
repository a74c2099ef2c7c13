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
  /** A folder of examples/, or several: files of the later ones replace those of the earlier. */
  readonly example: string | readonly string[];
  readonly host: string;
  /** The public key of the tickets, in PEM. */
  readonly publicKey: string;
  readonly loginOrigin: string;
  /** Further placeholders of the example. */
  readonly values?: Values;
  /** What is to be otherwise in one of the copied files. */
  readonly change?: { readonly file: string; readonly by: (text: string) => string };
}

/** Copies the example to a new folder and gives it a free port. */
export async function prepareSite(owner: Owner, plan: SitePlan): Promise<PreparedSite> {
  const folder = temporaryFolder(owner);
  const port = await freeLoopbackPort();
  const publicKeyFile = join(folder, "ticket.pub.pem");
  writeFileSync(publicKeyFile, plan.publicKey);
  const values = {
    ROOT: folder,
    HOST: plan.host,
    PORT: String(port),
    LOGIN_ORIGIN: plan.loginOrigin,
    LOGIN_URL: `${plan.loginOrigin}/login`,
    PUBLIC_KEY: publicKeyFile,
    GATEWAY_SOCKET: join(folder, "gateway.sock"),
    AUTHORIZER_SOCKET: join(folder, "authorizer.sock"),
    ...plan.values,
  };
  for (const example of [plan.example].flat()) copyExample(example, folder, values);
  if (plan.change !== undefined) {
    const file = join(folder, plan.change.file);
    writeFileSync(file, plan.change.by(readFileSync(file, "utf8")));
  }
  const origin = `http://${plan.host}:${port}`;
  return { folder, host: plan.host, port, origin, loginOrigin: plan.loginOrigin };
}

/**
 * Changes one of the copied files before the server starts.
 *
 * @throws {Error} when nothing in it matches, so that a test does not go on with the example as it was.
 */
export function changeFile(
  { folder }: PreparedSite,
  name: string,
  from: RegExp | string,
  to: string,
): void {
  const file = join(folder, name);
  const text = readFileSync(file, "utf8");
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`${name} holds nothing like ${from}`);
  writeFileSync(file, changed);
}
