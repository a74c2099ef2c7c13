import { readFileSync } from "node:fs";
import { type IncomingMessage, STATUS_CODES } from "node:http";
import { join } from "node:path";
import type { Owner } from "./cleanup.ts";
import {
  type Fields,
  fieldsOf,
  listIn,
  type PlayedAnswer,
  type PlayedQuestion,
  playProxy,
  without,
} from "./played-proxy.ts";
import type { PreparedSite } from "./site.ts";

/** Headers that concern one connection and are not passed on. */
const hopByHop = ["connection", "keep-alive", "te", "trailers", "transfer-encoding", "upgrade"];

/** What Traefik writes itself, and takes away from visitors. */
const forwarded =
  /^x-(?:forwarded-(?:for|host|method|port|prefix|proto|scheme|server|uri|tls-client-cert(?:-info)?)|real-ip|scheme)$/;

/**
 * Plays Traefik v3 with the ForwardAuth middleware of the site's `dynamic.yaml` (its reference, and
 * pkg/middlewares/auth/forward.go and forwardedheaders of v3.7). It is no Traefik: what is played is
 * the exchange with gatewayd.
 */
export function playTraefik(owner: Owner, site: PreparedSite): Promise<void> {
  const yaml = readFileSync(join(site.folder, "dynamic.yaml"), "utf8");
  const address = new URL(/^ *address: "(.*)"$/m.exec(yaml)?.[1] ?? "");
  if (!/^ *trustForwardHeader: false$/m.test(yaml)) throw new Error("plays nothing else");
  const copied = listIn(yaml, "authResponseHeaders");
  const names = copied.map((name) => name.toLowerCase());
  const rule = /Host\(`(.*)`\)/.exec(yaml)?.[1];
  return playProxy(owner, site, {
    gateway: { host: address.hostname, port: address.port },
    statusOnFailure: 500,
    ask: (visit) => {
      // A router takes what its rule says; host names in any case, and without the port.
      if (visit.headers.host?.toLowerCase().replace(/:\d*$/, "") !== rule) return own(404);
      return questionAbout(visit, `${address.pathname}${address.search}`);
    },
    passOn: (visit, { status, fields }) => {
      if (status < 200 || status > 299) return undefined;
      const theirs = fields.filter(([name]) => names.includes(name.toLowerCase()));
      return [...without(endToEnd(visit), names), ...theirs];
    },
    refuse: ({ status, fields, body }) => ({ status, fields: without(fields, hopByHop), body }),
  });
}

/** With `trustForwardHeader: false`, so that no word of the visitor's about this counts. */
function questionAbout(visit: IncomingMessage, path: string): PlayedQuestion {
  const { method = "", url = "", headers, socket } = visit;
  const sent = without(endToEnd(visit), ["content-length", "host"]);
  const facts: Fields = [
    ["X-Forwarded-For", socket.remoteAddress ?? ""],
    ["X-Forwarded-Method", method],
    ["X-Forwarded-Proto", "http"],
    ["X-Forwarded-Port", headers.host?.split(":")[1] ?? "80"],
    ["X-Forwarded-Host", headers.host ?? ""],
    ["X-Forwarded-Uri", url],
  ];
  return { method: "GET", path, fields: [["Host", "127.0.0.1"], ...sent, ...facts] };
}

/** What is left of the visitor's headers at the door: aliases of forwarded headers go, others stay. */
function endToEnd(visit: IncomingMessage): Fields {
  const named = (visit.headers.connection ?? "").toLowerCase().split(/\s*,\s*/);
  const fields = without(fieldsOf(visit), [...hopByHop, ...named]);
  return fields.filter(([name]) => !forwarded.test(name.toLowerCase()));
}

function own(status: number): PlayedAnswer {
  return { status, fields: [], body: Buffer.from(STATUS_CODES[status] ?? "") };
}
