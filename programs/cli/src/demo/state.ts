import { mkdir, open, readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { openUsers, type Users, userRefusalTexts } from "@countersign/login";
import {
  type EpochSeconds,
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  verificationKeyOf,
} from "@countersign/ticket";
import { CommandError } from "../command-error.ts";
import { writeKeyPair } from "../key-file.ts";
import type { DemoPlan, DemoUser } from "./plan.ts";
import { users as wantedUsers } from "./plan.ts";
import { files, gatewayYaml, loginYaml } from "./settings-texts.ts";

/** What the demo keeps in its folder. */
export interface DemoState {
  /** Of every user. */
  readonly password: string;
  /** PEM. */
  readonly publicKey: string;
  /** Whether there was none of it before. */
  readonly isNew: boolean;
}

interface Making {
  readonly makePassword: () => Promise<string>;
  readonly now: () => EpochSeconds;
}

/**
 * Makes what is missing in the demo's folder (key, users, password) and writes the settings, which
 * follow from the ports. What is there already stays.
 *
 * @throws {CommandError} `bad-input`: the folder holds something else.
 */
export async function prepareState(plan: DemoPlan, making: Making): Promise<DemoState> {
  const { folder } = plan;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const isNew = !(await exists(join(folder, files.key)));
  if (isNew) await makeKey(folder);
  const password = await keptPassword(folder, making);
  await writePrivately(join(folder, files.login), loginYaml(plan));
  await writePrivately(join(folder, files.gateway), gatewayYaml(plan));
  return { password, isNew, publicKey: await readFile(join(folder, files.publicKey), "utf8") };
}

async function makeKey(folder: string): Promise<void> {
  const pem = generatePrivateKeyPem("ed25519");
  const publicPem = exportPublicPem(verificationKeyOf(importPrivateKey(pem)));
  await writeKeyPair(join(folder, files.key), pem, publicPem);
}

/** The password of all users. It is written last, so that users without one get a new one. */
async function keptPassword(folder: string, { makePassword, now }: Making): Promise<string> {
  const path = join(folder, files.password);
  const kept = (await exists(path)) ? (await readFile(path, "utf8")).trim() : undefined;
  const password = kept ?? (await makePassword());
  const users = openUsers(join(folder, files.database), now);
  try {
    // At the same time: two passwords are hashed on two cores.
    await Promise.all(wantedUsers.map((user) => ensureUser(users, user, { password, kept })));
  } finally {
    await users.close();
  }
  if (kept === undefined) await writePrivately(path, `${password}\n`);
  return password;
}

async function ensureUser(
  users: Users,
  { name, tokens, lifetimeSeconds, graceSeconds }: DemoUser,
  { password, kept }: { readonly password: string; readonly kept: string | undefined },
): Promise<void> {
  const isThere = (await users.find(name)) !== undefined;
  if (isThere && kept !== undefined) return;
  const change = isThere
    ? await users.setPassword(name, password)
    : await users.add(name, password, { tokens, lifetimeSeconds, graceSeconds });
  if (change.ok) return;
  const wrong = userRefusalTexts[change.refusal];
  throw new CommandError("bad-input", `cannot make the user ${name} of the demo: ${wrong}`);
}

/** All of it or nothing, for nobody else to read. */
async function writePrivately(path: string, text: string): Promise<void> {
  const unfinished = `${path}.new`;
  await using file = await open(unfinished, "w", 0o600);
  await file.writeFile(text);
  await rename(unfinished, path);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
