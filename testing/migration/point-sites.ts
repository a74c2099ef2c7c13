import { type Directives, guarded, type OldSite } from "./old-site.ts";
import { passthruKey } from "./old-sites.ts";

const rsa = { TKTAuthPublicKey: "@rsa@", TKTAuthDigest: "SHA256" } as const;
const login = { TKTAuthLoginURL: "http://sso.example.com/login" } as const;

function site(
  directives: Directives,
  server: Directives = rsa,
  lines: readonly string[] = [],
): OldSite {
  const others = [...guarded, ...lines];
  const root = { kind: "Location", path: "/", directives, others } as const;
  return { scheme: "http", server, sections: [root] };
}

/** As in examples/apache-fcgi; they do nothing where gatewayd says nothing of cookies. */
export const hidingLines = [
  "RequestHeader unset Cookie env=COUNTERSIGN_COOKIES",
  `RequestHeader set Cookie "expr=%{reqenv:COUNTERSIGN_COOKIES}" "expr=-n reqenv('COUNTERSIGN_COOKIES')"`,
];

/** The sites that show the points, by their hosts. */
export const pointSites = {
  "plain.example.com": site(login),
  "other-key.example.com": site(login, { ...rsa, TKTAuthPublicKey: "@other-rsa@" }),
  "late-key.example.com": site(login, { TKTAuthDigest: "SHA256", TKTAuthPublicKey: "@rsa@" }),
  "fake.example.com": site({ ...login, TKTAuthFakeBasicAuth: "on" }),
  "passthru.example.com": site({
    ...login,
    TKTAuthPassthruBasicAuth: "on",
    TKTAuthPassthruBasicKey: passthruKey,
  }),
  "nowhere.example.com": site({ TKTAuthTimeoutURL: "http://sso.example.com/timeout" }),
  "token.example.com": site({ ...login, TKTAuthToken: "admin" }),
  "tls.example.com": site({ ...login, TKTAuthRequireSSL: "on" }),
  "secure.example.com": { ...site({ ...login, TKTAuthRequireSSL: "on" }), scheme: "https" },
  "places.example.com": {
    scheme: "http",
    server: rsa,
    sections: [
      { kind: "Location", path: "/", directives: login, others: guarded },
      { kind: "Location", path: "/area", directives: { TKTAuthToken: "admin" } },
    ],
  },
  "debug.example.com": site({ ...login, TKTAuthDebug: "3" }, rsa, ["LogLevel debug"]),
  "hidden.example.com": site(login, rsa, hidingLines),
  "two-keys.example.com": site(login),
} as const satisfies Record<string, OldSite>;

/** One of {@link pointSites}. */
export type Host = keyof typeof pointSites;

/** Says in the settings what the module has no directives for. */
export function addSettings(yaml: string): string {
  const hidden = /(- origin: "http:\/\/hidden\..*\n)/;
  const twoKeys = /(- origin: "http:\/\/two-keys\.[^[]*keys: \[)/;
  const proxies = 'http: ["127.0.0.1:0"]\ntrustedProxies: ["127.0.0.1"]\n';
  return `${yaml
    .replace(hidden, "$1    hideTicket: true\n")
    .replace(twoKeys, "$1{ file: other-rsa.pem, digest: sha256 }, ")}${proxies}`;
}
