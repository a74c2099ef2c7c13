import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startApplication } from "../kit/application.ts";
import type { Owner } from "../kit/cleanup.ts";
import { freeLoopbackPort } from "../kit/loopback-port.ts";
import { runGateway } from "../kit/programs.ts";
import { type PreparedSite, prepareSite } from "../kit/site.ts";
import { withPlace, withPolicy } from "./changed-settings.ts";
import { testHostileRequests } from "./hostile-requests.ts";
import type { Outcome } from "./outcome.ts";
import { type PolicyVisits, placePolicies, sitePolicies, testPolicies } from "./policies.ts";
import { createTestIssuer } from "./tickets.ts";
import { type OpenSite, testVisits, type Visited } from "./visit-site.ts";

/** A proxy whose exchange with gatewayd is played. */
export interface PlayedBy {
  /** A folder of examples/. */
  readonly example: string;
  play(owner: Owner, site: PreparedSite): Promise<void>;
  /** Policies of the site with what it does otherwise. */
  readonly policies?: Readonly<Record<string, PolicyVisits>>;
}

// They do not pass on what Connection names, so that such a visitor has no ticket.
const differences: Readonly<Record<string, Outcome>> = {
  "a forged identity named as hop-by-hop": { kind: "sent-to", page: "login" },
};

const now = 1_800_000_000;

/** Declares the tests that hold for gatewayd behind any proxy, but those about HTTP/1.0 and its failures. */
export function testPlayedSite(name: string, proxy: PlayedBy): void {
  test(`${name} answers every visit of the table`, async (t) => {
    const { visited, startGateway } = await preparePlayedSite(t, proxy);
    await startGateway(t);
    await testVisits(t, visited, differences);
  });

  test(`${name} shows a place to nobody without the right, however it is asked`, async (t) => {
    const { visited, startGateway } = await preparePlayedSite(t, proxy);
    await startGateway(t);
    await testHostileRequests(t, visited);
  });

  test(`${name} carries out every policy`, async (t) => {
    const { visited, settingsFile, startGateway } = await preparePlayedSite(t, proxy);
    const plain = readFileSync(settingsFile, "utf8");
    const openWith = async (t: TestContext, settings: string) => {
      writeFileSync(settingsFile, settings);
      await startGateway(t);
      return visited;
    };
    const policies = proxy.policies ?? sitePolicies;
    await testPolicies(t, policies, (t, { policy }) => openWith(t, withPolicy(plain, policy)));
    await testPolicies(t, placePolicies, (t, { place }) =>
      openWith(t, withPlace(plain, { path: "/whoami", ...place })),
    );
  });
}

/** Starts all but gatewayd. */
export async function preparePlayedSite(t: TestContext, { example, play }: PlayedBy) {
  const issuer = createTestIssuer();
  const prepared = await prepareSite(t, {
    example,
    host: "wiki.example.com",
    publicKey: issuer.publicKey,
    loginOrigin: "http://sso.example.com",
    values: { GATEWAY_PORT: `${await freeLoopbackPort()}`, APPLICATION_PORT: "3000" },
  });
  await startApplication(t, prepared.folder);
  await play(t, prepared);
  const site: OpenSite = {
    ...prepared,
    whoami: "/whoami",
    identityArrives: "percent-encoded",
    oddHeaders: "refused",
    cacheControl: "no-store",
  };
  const visited: Visited = { site, issuer, now };
  const settingsFile = join(prepared.folder, "gateway.yaml");
  const startGateway = (owner: Owner) => runGateway(owner, { settingsFile, now: () => now });
  return { visited, folder: prepared.folder, settingsFile, startGateway };
}
