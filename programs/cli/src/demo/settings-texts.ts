import { type DemoPlan, type DemoSite, domain, loginUrl } from "./plan.ts";

/** The demo's files below its folder. */
export const files = {
  login: "login.yaml",
  gateway: "gateway.yaml",
  database: "login.db",
  key: "ticket.pem",
  publicKey: "ticket.pem.pub",
  password: "password",
} as const;

const written = "# Written anew by `countersign demo` at each start.";

/** The login server's settings, as an administrator would write them. */
export function loginYaml({ login, sites }: DemoPlan): string {
  return `${written}
listen: 127.0.0.1:${login.port}
publicUrl: ${login.origin}
database: ./${files.database}
signingKey: { file: ./${files.key} }
sites:
${sites.map(({ origin }) => `  - ${origin}\n`).join("")}cookie:
  domain: ${domain}
  secure: false # only because all this is plain HTTP on this machine
ticket:
  lifetimeSeconds: 28800
  graceSeconds: 3600
`;
}

/** The gateway's settings: the same sites as a web server before them would ask about them. */
export function gatewayYaml(plan: DemoPlan): string {
  return `${written}
http: ["127.0.0.1:${plan.gateway.port}"]
trustedProxies: [127.0.0.1]
keys:
  - { file: ./${files.publicKey} }
sites:
${plan.sites.map((site) => siteYaml(plan, site)).join("")}`;
}

function siteYaml(plan: DemoPlan, { origin, pages }: DemoSite): string {
  const urls = Object.entries(redirectUrls(plan)).map(([name, url]) => `    ${name}: ${url}\n`);
  const places = pages.flatMap(({ path, needs }) =>
    needs === undefined ? [] : [`      - { path: ${path}, anyOfTokens: [${needs}] }\n`],
  );
  return `  - origin: ${origin}\n${urls.join("")}    places:\n${places.join("")}`;
}

/** Where visitors are sent, for gateway and middleware alike. */
export function redirectUrls(plan: DemoPlan) {
  return {
    loginUrl: loginUrl(plan, "/login"),
    timeoutUrl: loginUrl(plan, "/login", { reason: "expired" }),
    postTimeoutUrl: loginUrl(plan, "/login", { reason: "expired-post" }),
    badAddressUrl: loginUrl(plan, "/login", { reason: "address" }),
    unauthorisedUrl: loginUrl(plan, "/login", { reason: "forbidden" }),
    refreshUrl: loginUrl(plan, "/refresh"),
  };
}
