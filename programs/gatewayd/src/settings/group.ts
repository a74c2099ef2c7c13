import { addressBlocks, secretSource } from "@countersign/settings";
import * as z from "zod";
import { proxySettings } from "../proxy/settings.ts";
import { assertion } from "./assertion.ts";
import { cache, limits } from "./limits.ts";
import { listenAddress } from "./listen-address.ts";
import { keys } from "./policy.ts";
import { site } from "./site.ts";
import { tcpcrypt } from "./tcpcrypt.ts";
import { tests } from "./tests.ts";

/** All settings, each checked by itself. */
export const group = z.strictObject({
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
  tcpcrypt: tcpcrypt
    .optional()
    .describe(
      "Tell applications the tcpcrypt session ID of the connection that a visitor came on.",
    ),
  sites: z
    .array(site)
    .max(10_000)
    .default([])
    .describe("The sites that are protected; none only with `tcpcrypt`, for session IDs alone."),
  tests: tests
    .default([])
    .describe("Visits and what should come of them; `countersign check` tries them out."),
  limits: limits.prefault({}),
  cache: cache.prefault({}),
});

/** What they are before they were checked against each other. */
export type SettingsGroup = z.output<typeof group>;
