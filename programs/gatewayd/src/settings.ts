import { acrossSettings, addressBlocks, secretSource } from "@countersign/settings";
import * as z from "zod";
import { checkProxies, proxySettings } from "./proxy/settings.ts";
import { assertion } from "./settings/assertion.ts";
import {
  checkKeys,
  checkListeners,
  checkNeeds,
  checkRepetitions,
  checkTests,
} from "./settings/checks.ts";
import { cache, limits } from "./settings/limits.ts";
import { listenAddress } from "./settings/listen-address.ts";
import { keys } from "./settings/policy.ts";
import { site } from "./settings/site.ts";
import { tests } from "./settings/tests.ts";

const group = z.strictObject({
  http: z
    .array(listenAddress)
    .max(16)
    .default([])
    .describe("Where web servers ask over HTTP (nginx, HAProxy, Caddy, Traefik, Envoy)."),
  fastcgi: z
    .array(listenAddress)
    .max(16)
    .default([])
    .describe("Where web servers ask over FastCGI (Apache, lighttpd)."),
  proxy: proxySettings
    .default([])
    .describe("Sites that gatewayd serves itself, without a web server in front."),
  socketMode: z
    .string()
    .regex(/^0?[0-7]{3}$/, 'a file mode in quotes, such as "0660"')
    .default("0660")
    .describe("File mode of unix sockets: who may open one is believed."),
  trustedProxies: addressBlocks
    .default([])
    .describe("Web servers that may ask over TCP. On unix sockets the file mode decides."),
  keys: keys
    .default([])
    .describe("Public keys of the login servers, for every site that has none of its own."),
  loopKey: secretSource
    .optional()
    .describe(
      "32 bytes or more that mark redirects, to find loops. Needed where several gateways share a site; random unless given.",
    ),
  assertion: assertion
    .optional()
    .describe("How applications are told who a visitor is in a JWT, where a place says so."),
  sites: z.array(site).min(1).max(10_000).describe("The sites that are protected."),
  tests: tests
    .default([])
    .describe("Visits and what should come of them; `countersign check` tries them out."),
  limits: limits.prefault({}),
  cache: cache.prefault({}),
});

/** Settings that have been checked. */
export type GatewaySettings = z.output<typeof group>;

/** The settings of gatewayd. */
export const gatewaySettings = group.check(
  acrossSettings(checkKeys),
  acrossSettings(checkListeners),
  acrossSettings(checkRepetitions),
  acrossSettings(checkNeeds),
  acrossSettings(checkTests),
  acrossSettings(checkProxies),
);
