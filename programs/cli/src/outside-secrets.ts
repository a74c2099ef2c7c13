import { resolve } from "node:path";
import type { GatewaySettings } from "@countersign/gatewayd";
import {
  entriesOf,
  type PartlyRight,
  type Problem,
  type SecretSource,
} from "@countersign/settings";
import { importPrivateKey, TicketError } from "@countersign/ticket";
import { CommandError } from "./command-error.ts";
import { maxKeyFileBytes } from "./key-file.ts";
import { isPublicKey, publicKeyGiven } from "./outside-keys.ts";
import { readFileBounded } from "./read-bounded.ts";
import { problemsAt, type SettingsFile } from "./settings-file.ts";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with the secrets that a gateway's settings name: for Basic, loops and assertions. */
export async function gatewaySecretProblems(
  { settings, isRight }: PartlyRight<GatewaySettings>,
  file: SettingsFile,
  environment: Environment,
): Promise<readonly Problem[]> {
  const wanted = wantedSecrets({ settings, isRight });
  const found = wanted.map(async ({ path, source, wrongWith }) => {
    const wrong = await wrongWithSecret(source, wrongWith, file, environment);
    return problemsAt(file, [...path, Object.keys(source)[0] ?? ""], wrong);
  });
  return (await Promise.all(found)).flat();
}

interface WantedSecret {
  readonly path: readonly PropertyKey[];
  readonly source: SecretSource;
  wrongWith(text: string): string | undefined;
}

function wantedSecrets({
  settings,
  isRight,
}: PartlyRight<GatewaySettings>): readonly WantedSecret[] {
  const wanted: WantedSecret[] = [];
  const want = (
    path: readonly PropertyKey[],
    source: SecretSource | undefined,
    wrongWith: WantedSecret["wrongWith"],
  ) => {
    if (isRight(...path) && source !== undefined) wanted.push({ path, source, wrongWith });
  };
  want(["loopKey"], settings.loopKey, (text) =>
    bytesOf(text) >= 32 ? undefined : "a secret of at least 32 bytes",
  );
  if (isRight("assertion")) {
    want(["assertion", "key"], settings.assertion?.key, wrongWithAssertionKey);
  }
  for (const [index, site] of entriesOf(settings.sites)) {
    const at = ["sites", index];
    want([...at, "basicAuthKey"], site?.basicAuthKey, wrongWithBasicAuthKey);
    for (const [placeIndex, place] of entriesOf(site?.places)) {
      const path = [...at, "places", placeIndex, "basicAuthKey"];
      want(path, place?.basicAuthKey, wrongWithBasicAuthKey);
    }
  }
  return wanted;
}

function wrongWithBasicAuthKey(text: string): string | undefined {
  return bytesOf(text) === 16 ? undefined : "a key of exactly 16 bytes";
}

function wrongWithAssertionKey(text: string): string | undefined {
  try {
    const { algorithm } = importPrivateKey(text);
    if (algorithm === "ed25519" || algorithm === "ecdsa-p256") return undefined;
    return "an Ed25519 or ECDSA P-256 key";
  } catch (error) {
    if (!(error instanceof TicketError)) throw error;
    if (error.code === "bad-key" && isPublicKey(text)) return publicKeyGiven;
    return `a usable key, but ${error.message}`;
  }
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

async function wrongWithSecret(
  source: SecretSource,
  wrongWith: WantedSecret["wrongWith"],
  { folder }: SettingsFile,
  environment: Environment,
): Promise<string | undefined> {
  if ("environment" in source) {
    const text = environment[source.environment];
    return text === undefined ? "a variable that is set" : wrongWith(text);
  }
  try {
    const { text, mode } = await readFileBounded(resolve(folder, source.file), maxKeyFileBytes);
    if ((mode & 0o077) !== 0) return "a secret that its owner alone can open: chmod 600 it";
    // As gatewayd reads it: without the line end that editors put after it.
    return wrongWith(text.replace(/\r?\n$/, ""));
  } catch (error) {
    if (error instanceof CommandError) return `a file, but ${error.message}`;
    throw error;
  }
}
