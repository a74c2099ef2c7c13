import { basename, resolve } from "node:path";
import type { GatewaySettings } from "@countersign/gatewayd";
import { type LoginSettings, matchesSite } from "@countersign/login";
import type { Problem } from "@countersign/settings";
import {
  importPrivateKey,
  importPublicKey,
  TicketError,
  type VerificationKey,
  verificationKeyOf,
} from "@countersign/ticket";
import { CommandError } from "./command-error.ts";
import { maxKeyFileBytes } from "./key-file.ts";
import { keyOptions } from "./option-values.ts";
import type { Environment } from "./outside-secrets.ts";
import { readFileBounded } from "./read-bounded.ts";
import { problemsAt, type SettingsFile } from "./settings-file.ts";

/** Settings with nothing wrong in themselves, and their file. */
export interface Sound<Settings> {
  readonly settings: Settings;
  readonly file: SettingsFile;
}

/** The settings that are checked together. */
export interface Together {
  readonly logins: readonly Sound<LoginSettings>[];
  readonly gateways: readonly Sound<GatewaySettings>[];
  readonly environment: Environment;
}

/**
 * What does not fit between the login servers and the gateways. Each site belongs to the login server
 * that its `loginUrl` leads to; one without `loginUrl` to the only one there is, if any.
 */
export async function mismatches({
  logins,
  gateways,
  environment,
}: Together): Promise<readonly Problem[]> {
  if (logins.length === 0) return [];
  const found: Problem[] = [];
  for (const { settings, file } of gateways) {
    for (const [index, site] of settings.sites.entries()) {
      const at = ["sites", index] as const;
      const login = loginFor(site, logins);
      if (login === undefined && site.loginUrl !== undefined) {
        const wanted = logins.map((one) => `${one.settings.publicUrl}/login`).join(" or ");
        found.push(...problemsAt(file, [...at, "loginUrl"], wanted));
      }
      if (login === undefined) continue;
      found.push(...addressProblems(site, at, login, file));
      found.push(...siteProblems(site, login, file));
      found.push(...(await keyProblems(settings, index, { login, file, environment })));
    }
  }
  return [...new Map(found.map((problem) => [JSON.stringify(problem), problem])).values()];
}

type Site = GatewaySettings["sites"][number];
type Path = readonly PropertyKey[];
type Login = Sound<LoginSettings>;

function loginFor({ loginUrl }: Site, logins: readonly Login[]): Login | undefined {
  if (loginUrl === undefined) return logins.length === 1 ? logins[0] : undefined;
  const { origin } = new URL(loginUrl);
  return logins.find(({ settings }) => settings.publicUrl === origin);
}

/** Where the site sends its visitors, and what it looks for when they come back. */
function addressProblems(
  site: Site,
  at: Path,
  { settings: { publicUrl, cookie }, file: loginFile }: Login,
  file: SettingsFile,
): readonly Problem[] {
  const { loginUrl, refreshUrl, cookieName = "auth_pubtkt", backArgument, ticketHeaders } = site;
  const wrongPath = (url: string | undefined, path: string) => {
    if (url === undefined || new URL(url).origin !== publicUrl) return undefined;
    return new URL(url).pathname === path ? undefined : `${publicUrl}${path}`;
  };
  const isInCookie = ticketHeaders?.some((name) => name.toLowerCase() === "cookie") ?? true;
  const otherName =
    isInCookie && cookieName !== cookie.name
      ? `${cookie.name}, as cookie.name of ${basename(loginFile.name)} has it`
      : undefined;
  const otherArgument = (backArgument ?? "back") === "back" ? undefined : "back, or nothing";
  return [
    ...problemsAt(file, [...at, "loginUrl"], wrongPath(loginUrl, "/login")),
    ...problemsAt(file, [...at, "refreshUrl"], wrongPath(refreshUrl, "/refresh")),
    ...problemsAt(file, [...at, "cookieName"], otherName),
    ...problemsAt(file, [...at, "backArgument"], otherArgument),
  ];
}

/** Whether the login server sends people back there. */
function siteProblems({ origin }: Site, login: Login, { name }: SettingsFile): readonly Problem[] {
  const isListed = login.settings.sites.some((site) => matchesSite(new URL(origin), site));
  const expected = `${origin} among them, a site of ${basename(name)}: else nobody is sent back there`;
  return problemsAt(login.file, ["sites"], isListed ? undefined : expected);
}

interface Around {
  readonly login: Login;
  readonly file: SettingsFile;
  readonly environment: Environment;
}

/** Whether the site trusts what the login server signs. */
async function keyProblems(
  { keys: common, sites }: GatewaySettings,
  index: number,
  { login, file, environment }: Around,
): Promise<readonly Problem[]> {
  const own = sites[index]?.keys;
  const path = own === undefined ? ["keys"] : ["sites", index, "keys"];
  const signing = await signingKeyOf(login, environment);
  const trusted: VerificationKey[] = [];
  for (const { file: name, digest } of own ?? common) {
    const key = await keyFrom(resolve(file.folder, name), (text) =>
      importPublicKey(text, keyOptions({ digest, legacy: true })),
    );
    // What cannot be read is a problem of its own.
    if (key === undefined) return [];
    trusted.push(key);
  }
  if (signing === undefined) return [];
  const same = trusted.filter(({ id }) => id === signing.id);
  if (same.some(({ algorithm }) => algorithm === signing.algorithm)) return [];
  const which = `the public half of the signingKey of ${basename(login.file.name)} (${signing.id})`;
  const expected =
    same.length === 0 ? which : `${which} with the same digest: ${signing.algorithm}`;
  return problemsAt(file, path, expected);
}

async function signingKeyOf(
  { settings: { signingKey, digest }, file }: Login,
  environment: Environment,
): Promise<VerificationKey | undefined> {
  const read = (text: string) =>
    verificationKeyOf(importPrivateKey(text, keyOptions({ digest, legacy: true })));
  if ("file" in signingKey) return keyFrom(resolve(file.folder, signingKey.file), read);
  const text = environment[signingKey.environment];
  return text === undefined ? undefined : orUndefined(() => read(text));
}

async function keyFrom(
  path: string,
  read: (text: string) => VerificationKey,
): Promise<VerificationKey | undefined> {
  const text = await readFileBounded(path, maxKeyFileBytes).catch((error: unknown) => {
    if (error instanceof CommandError) return undefined;
    throw error;
  });
  return text === undefined ? undefined : orUndefined(() => read(text.text));
}

function orUndefined(read: () => VerificationKey): VerificationKey | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof TicketError) return undefined;
    throw error;
  }
}
