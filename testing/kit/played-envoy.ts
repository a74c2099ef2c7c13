import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
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

/**
 * Plays Envoy with the filter ext_authz of the site's `envoy.yaml` (the reference of
 * envoy.extensions.filters.http.ext_authz.v3, and ext_authz_http_impl.cc). It is no Envoy: what is
 * played is the exchange with gatewayd.
 */
export function playEnvoy(owner: Owner, site: PreparedSite): Promise<void> {
  const yaml = readFileSync(join(site.folder, "envoy.yaml"), "utf8");
  const settings = readSettings(yaml);
  return playProxy(owner, site, {
    gateway: { socketPath: join(site.folder, "gateway.sock") },
    statusOnFailure: 503,
    ask: (visit) => {
      const { host: hosts = [] } = visit.headersDistinct;
      if (!settings.domains.includes(hosts.join().toLowerCase())) return own(404);
      return questionAbout(visit, settings);
    },
    passOn: (visit, { status, fields }) => {
      if (status !== 200) return undefined;
      const { upstream } = settings;
      const theirs = fields.filter(([name]) => upstream.includes(name.toLowerCase()));
      const names = theirs.map(([name]) => name.toLowerCase());
      return [...without(endToEnd(visit), [...names, ...settings.removed]), ...theirs];
    },
    // failure_mode_allow: false, status_on_error: ServiceUnavailable
    refuse: (answer) => (answer.status >= 500 ? own(503) : answer),
  });
}

type Settings = ReturnType<typeof readSettings>;

function readSettings(yaml: string) {
  const value = (name: string) => new RegExp(`^ *${name}: (.*)$`, "m").exec(yaml)?.[1] ?? "";
  if (value("failure_mode_allow") !== "false") throw new Error("plays nothing else");
  const [, added = ""] = /^ *headers_to_add:\n((?: *(?:- key|value): .*\n)+)/m.exec(yaml) ?? [];
  return {
    domains: [...value("domains").matchAll(/"(.*?)"/g)].map(([, domain = ""]) => domain),
    prefix: value("path_prefix"),
    exact: listIn(yaml, "allowed_headers", "exact: "),
    patterns: listIn(yaml, "allowed_headers", "safe_regex: ").map(
      (item) => new RegExp(`^(?:${/^\{ regex: (.*) \}$/.exec(item)?.[1]})$`),
    ),
    removed: listIn(yaml, "mutations", "remove: "),
    upstream: listIn(yaml, "allowed_upstream_headers", "exact: "),
    added: [...added.matchAll(/key: (.*)\n *value: (.*)\n/g)].map(
      ([, name = "", text = ""]) => [name, text.replaceAll('"', "")] as const,
    ),
  };
}

/** Method, Host and Authorization always; the other headers as the settings say; no body. */
function questionAbout(visit: IncomingMessage, settings: Settings): PlayedQuestion {
  const { method = "", url = "", httpVersion, socket } = visit;
  const { prefix, exact, patterns, added } = settings;
  const always = ["host", "authorization"];
  const facts = added.map(([name, text]): readonly [string, string] => [
    name,
    text
      .replace("%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%", socket.remoteAddress ?? "")
      .replace("%PROTOCOL%", `HTTP/${httpVersion}`),
  ]);
  const sent = endToEnd(visit).filter(([header]) => {
    const name = header.toLowerCase();
    return [...always, ...exact].includes(name) || patterns.some((pattern) => pattern.test(name));
  });
  // What is added stands in place of what the visitor sent under that name.
  const kept = without(
    sent,
    added.map(([name]) => name.toLowerCase()),
  );
  return { method, path: prefix + url, fields: [["Content-Length", "0"], ...kept, ...facts] };
}

/** Envoy drops what concerns one connection, and what its visitors say of Envoy. */
function endToEnd(visit: IncomingMessage): Fields {
  const named = (visit.headers.connection ?? "").toLowerCase().split(/\s*,\s*/);
  const hopByHop = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"];
  return without(fieldsOf(visit), [...hopByHop, ...named]);
}

function own(status: number): PlayedAnswer {
  return { status, fields: [], body: Buffer.alloc(0) };
}
