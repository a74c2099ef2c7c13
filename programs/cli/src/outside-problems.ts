import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { GatewaySettings } from "@countersign/gatewayd";
import type { LoginSettings } from "@countersign/login";
import { entriesOf, type PartlyRight, type Problem } from "@countersign/settings";
import {
  wrongWithLog,
  wrongWithNewFile,
  wrongWithOpenSocket,
  wrongWithSocket,
} from "./outside-folders.ts";
import { earlierKeyProblems, gatewayKeyProblems, signingKeyProblems } from "./outside-keys.ts";
import { proxyProblems } from "./outside-proxies.ts";
import { type Environment, gatewaySecretProblems } from "./outside-secrets.ts";
import { problemsAt, type SettingsFile } from "./settings-file.ts";

/** What is wrong with what a login server's settings name: keys, database, audit log, socket. */
export async function loginOutsideProblems(
  partlyRight: PartlyRight<LoginSettings>,
  file: SettingsFile,
  environment: Environment,
): Promise<readonly Problem[]> {
  const { settings, isRight } = partlyRight;
  const { database, audit, listen } = settings;
  const found = [
    ...(await signingKeyProblems(partlyRight, file, environment)),
    ...(await earlierKeyProblems(partlyRight, file)),
  ];
  if (isRight("database")) {
    const wrong = await wrongWithDatabase(resolve(file.folder, database));
    found.push(...problemsAt(file, ["database"], wrong));
  }
  if (isRight("audit") && audit !== "stdout") {
    const wrong = await wrongWithLog(resolve(file.folder, audit.file));
    found.push(...problemsAt(file, ["audit", "file"], wrong));
  }
  if (isRight("listen")) {
    found.push(...problemsAt(file, ["listen"], await wrongWithSocket(listen, file.folder)));
  }
  return found;
}

/** What is wrong with the keys, secrets, certificates and sockets that a gateway's settings name. */
export async function gatewayOutsideProblems(
  partlyRight: PartlyRight<GatewaySettings>,
  file: SettingsFile,
  environment: Environment,
): Promise<readonly Problem[]> {
  const { settings, isRight } = partlyRight;
  const found = [
    ...(await gatewayKeyProblems(partlyRight, file)),
    ...(await gatewaySecretProblems(partlyRight, file, environment)),
    ...(await proxyProblems(partlyRight, file)),
  ];
  const isForOthers = isRight("socketMode") && /[2367]$/.test(settings.socketMode);
  for (const name of ["http", "fastcgi"] as const) {
    for (const [index, address] of entriesOf(settings[name])) {
      // A socket of systemd's is there before the gateway.
      if (!isRight(name, index) || address.kind === "systemd") continue;
      const wrong =
        (await wrongWithSocket(address, file.folder)) ??
        (isForOthers ? await wrongWithOpenSocket(address, file.folder) : undefined);
      found.push(...problemsAt(file, [name, index], wrong));
    }
  }
  return found;
}

/** A database that is not there yet is made when the server starts; its folder is not. */
async function wrongWithDatabase(path: string): Promise<string | undefined> {
  const database = await stat(path).catch(() => undefined);
  // SQLite keeps its journal beside it, so the folder matters in any case.
  if (database === undefined || (database.mode & 0o077) === 0) return wrongWithNewFile(path);
  return "a database that its owner alone can open: chmod 600 it";
}
