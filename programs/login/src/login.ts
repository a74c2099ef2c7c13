import type { TrustedProxies } from "@countersign/gateway";
import type { EpochSeconds, Verification } from "@countersign/ticket";
import type { Assets } from "./assets.ts";
import type { Audit } from "./audit.ts";
import type { Backend } from "./backend.ts";
import type { FormTokens } from "./form-tokens.ts";
import { parseReturnAddress, type ReturnAddress } from "./return-address.ts";
import type { SitePattern } from "./site-pattern.ts";
import type { Throttle } from "./throttle.ts";
import type { Occasion, Tickets } from "./tickets.ts";
import type { ReportUnknownSite } from "./unknown-sites.ts";
import { cookiesOf, type Visit } from "./visit.ts";

/** All that the handlers need. */
export interface Login {
  /** The origin under which browsers reach this server. */
  readonly publicUrl: string;
  readonly sites: readonly SitePattern[];
  readonly trustedProxies: TrustedProxies;
  readonly backend: Backend;
  readonly tickets: Tickets;
  readonly formTokens: FormTokens;
  readonly throttle: Throttle;
  readonly audit: Audit;
  /** Whether the last line of the audit log could not be written. */
  readonly isAuditFailing: () => boolean;
  readonly assets: Assets;
  readonly now: () => EpochSeconds;
  /** Tells the operator of a failure that the visitor sees only as 503. */
  readonly reportFailure: (error: unknown) => void;
  readonly reportUnknownSite: ReportUnknownSite;
}

/** When and from where a visit comes. */
export function occasionOf(visit: Visit, login: Login): Occasion {
  return { now: login.now(), clientAddress: visit.clientAddress };
}

/** The ticket that a visit brings along. */
export function ticketOf(visit: Visit, login: Login): Verification | undefined {
  return login.tickets.read(cookiesOf(visit), occasionOf(visit, login));
}

/** Where a visit wants to be sent back to, by its form or else by its query. */
export function returnAddressOf(visit: Visit, login: Login): ReturnAddress {
  const fields = visit.method === "POST" ? visit.form : visit.url.searchParams;
  return parseReturnAddress(fields.getAll("back"), login.sites);
}

/** A path of ours with its arguments; the return address goes along if there is one. */
export function pathWith(
  path: `/${string}`,
  back: ReturnAddress,
  more: Readonly<Record<string, string>> = {},
): `/${string}` {
  const query = new URLSearchParams(more);
  if (back.kind === "accepted") query.set("back", back.url.href);
  return query.size === 0 ? path : `${path}?${query}`;
}
