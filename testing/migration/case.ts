import type { KeyName } from "./keys.ts";
import { effectiveAt, type OldSite } from "./old-site.ts";
import { type Carrier, carry, type TicketPlan, writeTicket } from "./old-ticket.ts";
import type { TwoSides, Visit } from "./two-sides.ts";

/** What a visitor asks for. */
export interface Ask {
  readonly target: string;
  readonly method: string;
  readonly httpVersion: "1.0" | "1.1";
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Another name of the site, by which it is asked. */
  readonly alias?: string | undefined;
}

/** A configuration, a ticket and a request. */
export interface Case {
  readonly host: string;
  readonly site: OldSite;
  readonly ask: Ask;
  /** Absent: the visitor brings none. */
  readonly ticket?: TicketPlan | undefined;
  readonly carrier: Carrier;
}

/** Asks for a page, as a browser does. */
export const pageHeaders = [["Accept", "text/html,*/*"]] as const;

/** The path of a request target. */
export function pathOf({ target }: Ask): string {
  return target.split("?", 1)[0] ?? "";
}

/** What holds where the case asks. */
export function effective({ site, ask }: Case) {
  return effectiveAt(site, pathOf(ask));
}

/** The request of a case, with a newly written ticket unless `text` is one. */
export function visitOf(sides: TwoSides, c: Case, text = ticketText(sides, c)): Visit {
  const { host, site, ask, carrier } = c;
  const { TKTAuthCookieName = "auth_pubtkt" } = effective(c).directives;
  const ticket =
    text === undefined ? [] : carry(text, carrier, TKTAuthCookieName, c.ticket?.encoding);
  const headers = [...ask.headers, ...ticket];
  return { ...ask, host: ask.alias ?? host, scheme: site.scheme, headers };
}

/** The ticket of a case, signed with the key and digest of the place. */
export function ticketText(sides: TwoSides, c: Case): string | undefined {
  if (c.ticket === undefined) return undefined;
  const { directives, digest } = effective(c);
  const key = (directives.TKTAuthPublicKey ?? "@rsa@").slice(1, -1) as KeyName;
  return writeTicket(c.ticket, { keys: sides.keys, key, digest });
}
