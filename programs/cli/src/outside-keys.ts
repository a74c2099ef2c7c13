import { resolve } from "node:path";
import type { GatewaySettings } from "@countersign/gatewayd";
import type { LoginSettings } from "@countersign/login";
import { entriesOf, type IsRight, type PartlyRight, type Problem } from "@countersign/settings";
import { type Digest, importPrivateKey, importPublicKey, TicketError } from "@countersign/ticket";
import { CommandError } from "./command-error.ts";
import { maxKeyFileBytes } from "./key-file.ts";
import { keyOptions } from "./option-values.ts";
import { readFileBounded } from "./read-bounded.ts";
import { problemsAt, type SettingsFile } from "./settings-file.ts";

/** What is wrong with the key that a login server signs with. */
export async function signingKeyProblems(
  { settings, isRight }: PartlyRight<LoginSettings>,
  file: SettingsFile,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly Problem[]> {
  if (!isRight("signingKey")) return [];
  const { signingKey, digest, compatibility } = settings;
  // Which keys can be used is open while one of these is wrong.
  const areOptionsRight = isRight("digest") && isRight("compatibility");
  const options = keyOptions({ digest, legacy: compatibility !== undefined });
  const use = (text: string) => areOptionsRight && importPrivateKey(text, options);
  const wrong =
    "file" in signingKey
      ? await wrongWithFile({ file: signingKey.file, use, unsafeMode: privateUnsafeMode }, file)
      : wrongWithVariable(environment[signingKey.environment], use);
  return problemsAt(file, ["signingKey", Object.keys(signingKey)[0] ?? ""], wrong);
}

/** What is wrong with the public keys of tickets that a login server still renews. */
export function earlierKeyProblems(
  { settings, isRight }: PartlyRight<LoginSettings>,
  file: SettingsFile,
): Promise<readonly Problem[]> {
  const { earlierKeys, compatibility } = settings;
  const legacy = !isRight("compatibility") || compatibility !== undefined;
  const use = (text: string, digest: Digest | undefined) =>
    importPublicKey(text, keyOptions({ digest, legacy }));
  return publicKeyProblems({ path: ["earlierKeys"], keys: earlierKeys, isRight, use }, file);
}

/** What is wrong with the public keys of a gateway, and with sites for which there is none. */
export async function gatewayKeyProblems(
  { settings: { keys, sites }, isRight }: PartlyRight<GatewaySettings>,
  file: SettingsFile,
): Promise<readonly Problem[]> {
  const common = await gatewayKeysAt(["keys"], keys, isRight, file);
  const found = [...common.problems];
  for (const [index, site] of entriesOf(sites)) {
    const at = ["sites", index];
    const isStrictSite =
      isRight(...at, "compatibility") && isRight(...at, "keys") && site.compatibility === undefined;
    const own = await gatewayKeysAt([...at, "keys"], site?.keys, isRight, file);
    const { areAllLegacy } = site?.keys === undefined ? common : own;
    found.push(...own.problems);
    found.push(...problemsAt(file, at, isStrictSite && areAllLegacy ? needsOptIn : undefined));
    for (const [placeIndex, place] of entriesOf(site?.places)) {
      const path = [...at, "places", placeIndex, "keys"];
      const there = await gatewayKeysAt(path, place?.keys, isRight, file);
      const isWrong = isStrictSite && there.areAllLegacy;
      found.push(...there.problems, ...problemsAt(file, path, isWrong ? needsOptIn : undefined));
    }
  }
  return found;
}

const needsOptIn = "compatibility: mod_auth_pubtkt, since every key is for SHA-1 or DSA";

/** A list of keys, and whether there are some and all need the opt-in. */
async function gatewayKeysAt(
  path: readonly PropertyKey[],
  keys: PublicKeys["keys"] | undefined,
  isRight: IsRight,
  file: SettingsFile,
): Promise<{ readonly problems: readonly Problem[]; readonly areAllLegacy: boolean }> {
  let areAllLegacy = isRight(...path) && (keys?.length ?? 0) > 0;
  const use = (text: string, digest: Digest | undefined) => {
    importPublicKey(text, keyOptions({ digest, legacy: true }));
    if (isStrict(text, digest)) areAllLegacy = false;
  };
  const problems = await publicKeyProblems({ path, keys: keys ?? [], isRight, use }, file);
  return { problems, areAllLegacy: areAllLegacy && problems.length === 0 };
}

/** A list of public keys in the settings, and how each is tried out. */
interface PublicKeys extends Pick<PartlyRight<unknown>, "isRight"> {
  readonly path: readonly PropertyKey[];
  readonly keys: readonly { readonly file: string; readonly digest?: Digest | undefined }[];
  readonly use: (text: string, digest: Digest | undefined) => unknown;
}

async function publicKeyProblems(
  { path, keys, isRight, use }: PublicKeys,
  file: SettingsFile,
): Promise<readonly Problem[]> {
  const found: Problem[] = [];
  for (const [index, key] of entriesOf(keys)) {
    if (!isRight(...path, index, "file")) continue;
    const digest = isRight(...path, index, "digest") ? key.digest : undefined;
    const tryOut = (text: string) => use(text, digest);
    const wanted = { file: key.file, use: tryOut, unsafeMode: publicUnsafeMode };
    found.push(...problemsAt(file, [...path, index, "file"], await wrongWithFile(wanted, file)));
  }
  return found;
}

/** Whether a key that can be used at all can be used without the opt-in to old algorithms. */
function isStrict(text: string, digest: Digest | undefined): boolean {
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
    if (!(error instanceof TicketError)) throw error;
    if (error.code === "bad-key" && isPublicKey(text)) return publicKeyGiven;
    return `a usable key, but ${error.message}`;
  }
}

/** What to say of a public key where a private one belongs. */
export const publicKeyGiven = "a private key, but this is a public key; name the private one";

/** Whether a text is the public half of a key. */
export function isPublicKey(text: string): boolean {
  try {
    importPublicKey(text, keyOptions({ legacy: true }));
    return true;
  } catch (error) {
    if (error instanceof TicketError) return false;
    throw error;
  }
}
