import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { GatewaySettings } from "@countersign/gatewayd";
import type { LoginSettings } from "@countersign/login";
import { type Problem, settingProblem } from "@countersign/settings";
import { importPrivateKey, importPublicKey, TicketError } from "@countersign/ticket";
import { CommandError } from "./command-error.ts";
import { maxKeyFileBytes } from "./key-file.ts";
import { keyOptions } from "./option-values.ts";
import { readFileBounded } from "./read-bounded.ts";
import type { SettingsFile } from "./settings-file.ts";

/** What is wrong with what a login server's settings name: the signing key and the database. */
export async function loginOutsideProblems(
  settings: LoginSettings,
  file: SettingsFile,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly Problem[]> {
  const { signingKey, digest, compatibility } = settings;
  const options = keyOptions({ digest, legacy: compatibility !== undefined });
  const use = (text: string) => importPrivateKey(text, options);
  const wrongKey =
    "file" in signingKey
      ? await wrongWithFile({ file: signingKey.file, use, unsafeMode: privateUnsafeMode }, file)
      : wrongWithVariable(environment[signingKey.environment], use);
  const wrongDatabase = await wrongWithDatabase(resolve(file.folder, settings.database));
  return [
    ...problemsAt(file, ["database"], wrongDatabase),
    ...problemsAt(file, ["signingKey", Object.keys(signingKey)[0] ?? ""], wrongKey),
  ];
}

/** What is wrong with the public keys that a gateway's settings name. */
export async function gatewayOutsideProblems(
  { keys, sites }: GatewaySettings,
  file: SettingsFile,
): Promise<readonly Problem[]> {
  let strictKeys = 0;
  const found: Problem[] = [];
  for (const [index, key] of keys.entries()) {
    const use = (text: string) => {
      importPublicKey(text, keyOptions({ digest: key.digest, legacy: true }));
      if (isStrict(text, key.digest)) strictKeys++;
    };
    const wrong = await wrongWithFile({ file: key.file, use, unsafeMode: publicUnsafeMode }, file);
    found.push(...problemsAt(file, ["keys", index, "file"], wrong));
  }
  if (found.length > 0 || strictKeys > 0) return found;
  const expected = "compatibility: mod_auth_pubtkt, since every key is for SHA-1 or DSA";
  return [...sites.entries()].flatMap(([index, { compatibility }]) =>
    problemsAt(file, ["sites", index], compatibility === undefined ? expected : undefined),
  );
}

function problemsAt(
  file: SettingsFile,
  path: readonly PropertyKey[],
  expected: string | undefined,
): Problem[] {
  return expected === undefined ? [] : [settingProblem(file, path, expected)];
}

/** Whether a key that can be used at all can be used without the opt-in to old algorithms. */
function isStrict(text: string, digest: GatewaySettings["keys"][number]["digest"]): boolean {
  try {
    importPublicKey(text, keyOptions({ digest }));
    return true;
  } catch (error) {
    if (error instanceof TicketError && error.code === "legacy-signature") return false;
    throw error;
  }
}

interface UnsafeMode {
  readonly bits: number;
  readonly expected: string;
}

const privateUnsafeMode: UnsafeMode = {
  bits: 0o077,
  expected: "a private key that its owner alone can open: chmod 600 it",
};

// Whoever can write a trusted public key can put their own there, and sign tickets with it.
const publicUnsafeMode: UnsafeMode = {
  bits: 0o022,
  expected: "a key that its owner alone can write: chmod go-w it",
};

interface WantedKey {
  readonly file: string;
  readonly use: (text: string) => unknown;
  readonly unsafeMode: UnsafeMode;
}

async function wrongWithFile(
  { file, use, unsafeMode }: WantedKey,
  { folder }: SettingsFile,
): Promise<string | undefined> {
  try {
    const { text, mode } = await readFileBounded(resolve(folder, file), maxKeyFileBytes);
    const wrong = wrongWithKey(text, use);
    if (wrong !== undefined) return wrong;
    return (mode & unsafeMode.bits) === 0 ? undefined : unsafeMode.expected;
  } catch (error) {
    if (error instanceof CommandError) return `a key file, but ${error.message}`;
    throw error;
  }
}

function wrongWithVariable(text: string | undefined, use: (text: string) => unknown) {
  return text === undefined ? "a variable that is set" : wrongWithKey(text, use);
}

function wrongWithKey(text: string, use: (text: string) => unknown): string | undefined {
  try {
    use(text);
    return undefined;
  } catch (error) {
    if (error instanceof TicketError) return `a usable key, but ${error.message}`;
    throw error;
  }
}

/** A database that is not there yet is made when the server starts; its folder is not. */
async function wrongWithDatabase(path: string): Promise<string | undefined> {
  const database = await stat(path).catch(() => undefined);
  if (database !== undefined) {
    return (database.mode & 0o077) === 0
      ? undefined
      : "a database that its owner alone can open: chmod 600 it";
  }
  const folder = await stat(dirname(path)).catch(() => undefined);
  return folder?.isDirectory() ? undefined : "a database in a folder that exists: make it first";
}
