import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Owner } from "@countersign/testing/kit/cleanup.ts";
import { startServerProcess } from "@countersign/testing/kit/server-process.ts";
import { accepts } from "./sites.ts";

/** Starts node:http that answers everybody with these headers, in the place of gatewayd. */
export function startBareHttp(owner: Owner, folder: string, headers: readonly string[]) {
  return startBare(owner, "bare-server", join(folder, "gateway.sock"), JSON.stringify(headers));
}

/** Starts a FastCGI authorizer that reads as little as it can and lets everybody in. */
export function startBareAuthorizer(owner: Owner, folder: string) {
  return startBare(owner, "bare-authorizer", join(folder, "authorizer.sock"), "");
}

function startBare(owner: Owner, program: string, socket: string, argument: string) {
  return startServerProcess(owner, {
    command: process.execPath,
    args: [fileURLToPath(new URL(`../load/${program}.ts`, import.meta.url)), socket, argument],
    isReady: () => accepts(socket),
  });
}
