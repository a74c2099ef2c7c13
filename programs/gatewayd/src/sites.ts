import {
  type AssertionSigner,
  createAssertionSigner,
  createGateway,
  defaultIdentityNames,
  type Gateway,
  type IdentityNames,
  type PlaceOptions,
  PolicyError,
  type PolicyOptions,
  type SiteOptions,
} from "@countersign/gateway";
import { importPrivateKey, TicketError } from "@countersign/ticket";
import { GatewayError } from "./gateway-error.ts";
import type { Kept } from "./kept.ts";
import { readSecret, requireBytes } from "./secrets.ts";
import type { GatewaySettings } from "./settings.ts";
import { createVerifiers, type Verifiers } from "./verifiers.ts";
import type { World } from "./world.ts";

type SiteSettings = GatewaySettings["sites"][number];
type PlaceSettings = SiteSettings["places"][number];
/** What a site and a place both say. */
type LevelSettings = Omit<PlaceSettings, "path" | "exactPath" | "pattern" | "arguments">;

/** The gateway that the settings describe. */
export interface OpenedGateway {
  readonly gateway: Gateway;
  /** The text of `/jwks.json`, if applications are told anything. */
  readonly jwks: string | undefined;
}

/**
 * Reads keys and secrets, and makes the gateway that the settings describe.
 *
 * @throws {GatewayError} `unreadable-key`, `bad-key`, `no-usable-key`, `unreadable-secret` or `bad-secret`.
 */
export async function openGateway(
  settings: GatewaySettings,
  world: Pick<World, "baseFolder" | "environment">,
  kept: Kept,
): Promise<OpenedGateway> {
  const cache = kept.cacheFor(settings.cache.entries);
  const verifiers = createVerifiers(cache, world.baseFolder);
  const signer = await openSigner(settings, world);
  const loopKey = await openLoopKey(settings, world, kept);
  const sites: SiteOptions[] = [];
  for (const site of settings.sites) {
    sites.push(await siteOptions(site, { settings, world, verifiers, signer }));
  }
  const jwks = signer === undefined ? undefined : JSON.stringify(signer.jwks);
  return { gateway: createGateway({ sites, loopKey }), jwks };
}

/** What options are made of beside what they say. */
export interface Making {
  readonly settings: GatewaySettings;
  readonly world: Pick<World, "baseFolder" | "environment">;
  readonly verifiers: Verifiers;
  readonly signer: AssertionSigner | undefined;
}

/** What the settings of a site mean to the gateway. */
export async function siteOptions(site: SiteSettings, making: Making): Promise<SiteOptions> {
  const { origin, compatibility, identityHeaders, strictPaths, loopBreaker, places, ...own } = site;
  const isLegacy = compatibility !== undefined;
  const verifierFor = (keys: GatewaySettings["keys"]) =>
    making.verifiers.for(keys, isLegacy, origin);
  const placeOptions: PlaceOptions[] = [];
  for (const { networks, keys, ...place } of places) {
    placeOptions.push({
      ...(await policyOptions(place, making)),
      verifier: keys === undefined ? undefined : await verifierFor(keys),
      path: place.path,
      exactPath: place.exactPath,
      pattern: place.pattern,
      methods: place.methods,
      networks: networks?.map(({ address, prefixLength }) => `${address}/${prefixLength}`),
      arguments: place.arguments,
    });
  }
  return {
    ...(await policyOptions(own, making)),
    verifier: await verifierFor(site.keys ?? making.settings.keys),
    origin,
    identityNames: identityNames(identityHeaders),
    strictPaths,
    loopBreaker,
    places: placeOptions,
  };
}

/** With secrets and signers in place of what names them. */
async function policyOptions(
  level: Omit<LevelSettings, "keys" | "methods" | "networks">,
  { world, signer }: Making,
): Promise<PolicyOptions> {
  const { basicAuthKey: source, assertion, ...options } = level;
  const basicAuthKey =
    source === undefined
      ? undefined
      : requireBytes(await readSecret(source, "basicAuthKey", world), "basicAuthKey", 16);
  return {
    ...options,
    basicAuthKey,
    assertion: assertion === false ? "none" : assertion && signer,
  };
}

function identityNames(given: SiteSettings["identityHeaders"] = {}): IdentityNames {
  const { user, tokens, data, type, sessionId } = defaultIdentityNames;
  return {
    user: given.user ?? user,
    tokens: given.tokens ?? tokens,
    data: given.data ?? data,
    type: given.type ?? type,
    sessionId: given.sessionId ?? sessionId,
  };
}

async function openSigner(
  { assertion }: GatewaySettings,
  world: Making["world"],
): Promise<AssertionSigner | undefined> {
  if (assertion === undefined) return undefined;
  const { key: source, issuer, header, lifetimeSeconds } = assertion;
  const text = await readSecret(source, "assertion.key", world);
  try {
    const key = importPrivateKey(text);
    return createAssertionSigner({ key, issuer, header, lifetimeSeconds });
  } catch (cause) {
    if (cause instanceof TicketError || cause instanceof PolicyError) {
      throw new GatewayError("bad-key", "assertion.key", { cause });
    }
    throw cause;
  }
}

async function openLoopKey(
  { loopKey }: GatewaySettings,
  world: Making["world"],
  kept: Kept,
): Promise<Uint8Array> {
  if (loopKey === undefined) return kept.loopKey;
  const text = await readSecret(loopKey, "loopKey", world);
  return new TextEncoder().encode(requireBytes(text, "loopKey", 32, 4096));
}
