import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { createGateway, type Gateway, type SiteOptions } from "@countersign/gateway";
import {
  allowLegacySignatures,
  createDigestCache,
  createEncodedCache,
  createVerifier,
  importPublicKey,
  TicketError,
  type VerificationKey,
  type VerifiedCache,
} from "@countersign/ticket";
import { GatewayError } from "./gateway-error.ts";
import type { GatewaySettings } from "./settings.ts";

/**
 * Reads the keys and makes the gateway that the settings describe.
 *
 * @throws {GatewayError} `unreadable-key`, `bad-key` or `no-usable-key`.
 */
export async function openGateway(settings: GatewaySettings, baseFolder: string): Promise<Gateway> {
  const files = await Promise.all(settings.keys.map((key) => readKeyFile(key, baseFolder)));
  const strict = importKeys(files, false);
  const legacy = importKeys(files, true);
  const cache = createCache(settings.cache.entries);
  // One cache for both: it finds a ticket only for those who trust the key that verified it.
  const strictVerifier = createVerifier({ keys: strict, cache });
  const legacyVerifier = createVerifier({ keys: legacy, cache });
  const sites = settings.sites.map(({ compatibility, ...site }): SiteOptions => {
    if (compatibility !== undefined) return { ...site, verifier: legacyVerifier };
    if (strict.length === 0) throw new GatewayError("no-usable-key", site.origin);
    return { ...site, verifier: strictVerifier };
  });
  return createGateway({ sites });
}

/** The faster kind holds the tickets themselves; with very many, a tenth of the memory counts more. */
function createCache(maxEntries: number): VerifiedCache {
  if (maxEntries > 50_000) return createDigestCache({ maxEntries });
  return createEncodedCache({ maxEntries, maxBytes: maxEntries * 3_000 });
}

interface KeyFile {
  readonly file: string;
  readonly digest: GatewaySettings["keys"][number]["digest"];
  readonly text: string;
}

async function readKeyFile(
  { file, digest }: GatewaySettings["keys"][number],
  baseFolder: string,
): Promise<KeyFile> {
  try {
    return { file, digest, text: await readFile(resolve(baseFolder, file), "utf8") };
  } catch (cause) {
    throw new GatewayError("unreadable-key", file, { cause });
  }
}

/** The keys that may be used; those that need the opt-in are left out without it. */
function importKeys(files: readonly KeyFile[], isLegacy: boolean): VerificationKey[] {
  return files.flatMap(({ file, digest, text }) => {
    const legacy = isLegacy ? allowLegacySignatures : undefined;
    try {
      return [importPublicKey(text, { digest, legacy })];
    } catch (cause) {
      if (!(cause instanceof TicketError)) throw cause;
      if (cause.code === "legacy-signature") return [];
      throw new GatewayError("bad-key", file, { cause });
    }
  });
}
