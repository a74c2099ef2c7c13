import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  allowLegacySignatures,
  createVerifier,
  importPublicKey,
  multifactorIsNumber,
  TicketError,
  type VerificationKey,
  type VerifiedCache,
  type Verifier,
} from "@countersign/ticket";
import { GatewayError } from "./gateway-error.ts";
import type { GatewaySettings } from "./settings.ts";

type KeySettings = GatewaySettings["keys"];

/** Makes verifiers that share a cache: it finds a ticket only for those who trust its key. */
export interface Verifiers {
  /**
   * One for these keys. Those that need the opt-in to the old module are left out without it.
   *
   * @throws {GatewayError} `unreadable-key`, `bad-key` or `no-usable-key`.
   */
  for(keys: KeySettings, isLegacy: boolean, where: string): Promise<Verifier>;
}

/** Reads each file once; places with the same keys have the same verifier. */
export function createVerifiers(cache: VerifiedCache, baseFolder: string): Verifiers {
  const texts = new Map<string, Promise<string>>();
  const known = new Map<string, Promise<Verifier | undefined>>();

  function readKeyFile(file: string): Promise<string> {
    const text =
      texts.get(file) ??
      readFile(resolve(baseFolder, file), "utf8").catch((cause) => {
        throw new GatewayError("unreadable-key", file, { cause });
      });
    texts.set(file, text);
    return text;
  }

  async function create(keys: KeySettings, isLegacy: boolean): Promise<Verifier | undefined> {
    const imported: VerificationKey[] = [];
    for (const { file, digest } of keys) {
      const key = importKey(await readKeyFile(file), { file, digest, isLegacy });
      if (key !== undefined) imported.push(key);
    }
    return imported.length === 0 ? undefined : createVerifier({ keys: imported, cache });
  }

  return {
    async for(keys, isLegacy, where) {
      const name = JSON.stringify([isLegacy, keys]);
      const creating = known.get(name) ?? create(keys, isLegacy);
      known.set(name, creating);
      const verifier = await creating;
      if (verifier === undefined) throw new GatewayError("no-usable-key", where);
      return verifier;
    },
  };
}

interface KeyUse {
  readonly file: string;
  readonly digest: KeySettings[number]["digest"];
  readonly isLegacy: boolean;
}

/** `undefined`: the key needs the opt-in, and there is none. */
function importKey(text: string, { file, digest, isLegacy }: KeyUse): VerificationKey | undefined {
  const old = { legacy: allowLegacySignatures, multifactor: multifactorIsNumber } as const;
  try {
    return importPublicKey(text, isLegacy ? { digest, ...old } : { digest });
  } catch (cause) {
    if (!(cause instanceof TicketError)) throw cause;
    if (cause.code === "legacy-signature") return undefined;
    throw new GatewayError("bad-key", file, { cause });
  }
}
