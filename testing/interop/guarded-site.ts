import { join } from "node:path";
import type { TestContext } from "node:test";
import { runGateway } from "../kit/programs.ts";
import { type PreparedSite, prepareSite } from "../kit/site.ts";
import type { GuardedBy } from "./gateway-visits.ts";
import { createTestIssuer, makeTickets, type TicketName } from "./tickets.ts";

/** A site behind a web server that asks gatewayd. */
export interface GuardedSite extends PreparedSite {
  /** The Cookie header of someone with that ticket. */
  cookieOf(ticket: TicketName): string;
}

/** The moment of all visits, in seconds since 1970. */
const now = 1_800_000_000;

/** Starts gatewayd, and the web server before it. */
export async function startGuardedSite(
  t: TestContext,
  server: Pick<GuardedBy, "example" | "startServer">,
): Promise<GuardedSite> {
  const site = await prepareGuardedSite(t, server.example);
  await startPrepared(t, server, site);
  return site;
}

/** Starts what {@link startGuardedSite} starts, before a site whose files have been changed. */
export async function startPrepared(
  t: TestContext,
  { startServer }: Pick<GuardedBy, "startServer">,
  site: GuardedSite,
): Promise<void> {
  await runGateway(t, { settingsFile: join(site.folder, "gateway.yaml"), now: () => now });
  await startServer(t, site);
}

/** The same, and nothing is started. */
export async function prepareGuardedSite(
  t: TestContext,
  example: GuardedBy["example"],
): Promise<GuardedSite> {
  const issuer = createTestIssuer();
  const tickets = makeTickets(issuer, now);
  const site = await prepareSite(t, {
    example,
    host: "wiki.example.com",
    publicKey: issuer.publicKey,
    loginOrigin: "http://sso.example.com",
  });
  return { ...site, cookieOf: (ticket) => `auth_pubtkt=${tickets[ticket]}` };
}
