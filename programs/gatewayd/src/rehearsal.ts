import {
  createGateway,
  type Explanation,
  isOddHeaderName,
  type SiteOptions,
  type Visit,
} from "@countersign/gateway";
import {
  anyConfirmation,
  createIssuer,
  createVerifier,
  type EpochSeconds,
  encodeTicket,
  generatePrivateKeyPem,
  importPrivateKey,
  type TicketFields,
  type Verifier,
  verificationKeyOf,
} from "@countersign/ticket";
import type { GatewaySettings } from "./settings.ts";
import { siteOptions } from "./sites.ts";

/** A visit that is thought up, to find out what would come of it. */
export interface RehearsedVisit {
  readonly method: string;
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly target: string;
  readonly clientAddress: string;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whose ticket the visitor has; `undefined`: none. */
  readonly holder: TicketHolder | undefined;
}

/** Whom a thought-up ticket is for. */
export interface TicketHolder {
  readonly user: string;
  readonly tokens?: readonly string[] | undefined;
  readonly multifactor?: boolean | undefined;
  /** Whether it is bound to a key, which the visitor then holds. */
  readonly bound?: boolean | undefined;
  readonly age?: "valid" | "in-grace" | "expired" | undefined;
  readonly signInAgeSeconds?: number | undefined;
}

/** Explains thought-up visits by some settings. */
export interface Rehearsal {
  explain(visit: RehearsedVisit, now: EpochSeconds): Explanation;
}

/** The cookie of all sites while they rehearse: which one a place really has makes no difference. */
const cookieName = "auth_pubtkt";

/**
 * A gateway with the sites and places of these settings, to which every thought-up ticket is signed
 * by the right key. Opens no file and keeps no secret.
 */
export async function createRehearsal(settings: GatewaySettings): Promise<Rehearsal> {
  const key = importPrivateKey(generatePrivateKeyPem("ed25519"));
  const issuer = createIssuer(key);
  const verifier = confirming(createVerifier({ keys: [verificationKeyOf(key)] }));
  const sites: SiteOptions[] = [];
  for (const site of settings.sites) {
    const options = await siteOptions(onStage(site), {
      settings,
      world: { baseFolder: "/" },
      verifiers: { for: async () => verifier },
      signer: undefined,
    });
    sites.push({ ...options, cookieName, ticketHeaders: ["Cookie"] });
  }
  const gateway = createGateway({ sites });

  return {
    explain({ holder, headers, ...facts }, now) {
      const sent = new Map(Object.entries(headers));
      if (holder !== undefined) {
        const ticket = encodeTicket(issuer.issue(fieldsFor(holder, now)));
        const others = sent.get("cookie") ?? "";
        sent.set("cookie", `${others === "" ? "" : `${others}; `}${cookieName}=${ticket}`);
      }
      const oddHeaderNames = [...sent.keys()].filter(isOddHeaderName);
      const visit: Visit = { ...facts, httpVersion: "1.1", headers: sent, oddHeaderNames };
      return gateway.explain(visit, now);
    },
  };
}

type SiteSettings = GatewaySettings["sites"][number];

/** Without what would need a secret or another's key, and with one cookie for all. */
function onStage(site: SiteSettings): SiteSettings {
  const left = {
    keys: undefined,
    cookieName: undefined,
    ticketHeaders: undefined,
    basicAuth: undefined,
    basicAuthKey: undefined,
    assertion: undefined,
  };
  return { ...site, ...left, places: site.places.map((place) => ({ ...place, ...left })) };
}

function confirming(verifier: Verifier): Verifier {
  return {
    ...verifier,
    verifyCookies: (header, name, at) =>
      verifier.verifyCookies(header, name, { ...at, confirmedKey: anyConfirmation }),
  };
}

const lifetimeSeconds = 3600;

function fieldsFor(holder: TicketHolder, now: EpochSeconds): TicketFields {
  const { user, tokens = [], multifactor = false, bound = false, age = "valid" } = holder;
  const began = now - (holder.signInAgeSeconds ?? 0);
  return {
    uid: user,
    tokens,
    multifactor,
    validUntil: age === "expired" ? now - 1 : now + lifetimeSeconds,
    issuedAt: age === "expired" ? Math.min(began, now - 1) : now,
    signInId: `${Math.max(0, began).toString(36)}-rehearsal---`,
    ...(age === "in-grace" ? { graceAfter: now - 1 } : {}),
    ...(bound ? { confirmationKey: "A".repeat(43) } : {}),
  };
}
