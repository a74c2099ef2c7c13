import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import {
  type Allow,
  createGateway,
  createRenewer,
  type Decision,
  type Visit,
} from "@countersign/gateway";
import {
  allowLegacySignatures,
  createEncodedCache,
  createVerifier,
  type EpochSeconds,
  importPublicKey,
  multifactorIsNumber,
} from "@countersign/ticket";
import { askForRenewal } from "./ask-for-renewal.ts";
import { bind, type ChannelBinding } from "./binding.ts";
import { type CountersignOptions, checkOptions, listOf } from "./options.ts";
import { systemClock } from "./system-clock.ts";
import { createTrustedPeers, type TrustedPeers } from "./trusted-peers.ts";

/** What all adapters decide with. */
export interface Gate {
  readonly peers: TrustedPeers;
  readonly now: () => EpochSeconds;
  decide(visit: Visit): Decision;
  /** The `Set-Cookie` that an allowed request is to be answered with; `undefined`: none is due. */
  renew(allow: Allow, visit: Visit): Promise<string | undefined> | undefined;
  /** Sets `request.binding`; `undefined` where nobody is to be asked for it, or it is known. */
  bind(request: IncomingMessage, visit: Visit): Promise<ChannelBinding | undefined> | undefined;
}

/**
 * Checks the options and makes a gate that follows them.
 *
 * @throws {TypeError}, or the errors of the packages gateway (`PolicyError`) and ticket (`TicketError`).
 */
export function createGate(options: CountersignOptions): Gate {
  checkOptions(options);
  const { origin, publicKey, digest, compatibility, cachedTickets = 10_000, ...others } = options;
  const { trustedProxies = [], bindings, loopKey, now = systemClock, ...site } = others;
  const old = { legacy: allowLegacySignatures, multifactor: multifactorIsNumber } as const;
  const reading = compatibility === undefined ? { digest } : { digest, ...old };
  const verifier = createVerifier({
    keys: listOf(publicKey).map((key) => importPublicKey(key, reading)),
    cache: createEncodedCache({ maxEntries: cachedTickets, maxBytes: 2 ** 25 }),
  });
  const gateway = createGateway({
    sites: listOf(origin).map((origin) => ({ ...site, origin, verifier })),
    loopKey: loopKey === undefined ? processKey : Buffer.from(loopKey),
  });
  return {
    peers: createTrustedPeers(trustedProxies),
    now,
    decide: (visit) => gateway.decide(visit, now()),
    renew: (allow, visit) =>
      allow.renewal === undefined ? undefined : renewer.renew(allow, visit, now()),
    bind: (request, visit) =>
      bindings === undefined || request.binding !== undefined
        ? undefined
        : bind(request, visit, bindings),
  };
}

/** What gates of one process count redirects with. */
const processKey = randomBytes(32);

/** One for all gates, since a request may pass several. */
const renewer = createRenewer(askForRenewal);
