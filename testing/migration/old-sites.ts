import { innerPagePlans } from "./inner-pages.ts";
import { type Directives, guarded, type OldSite, type Section } from "./old-site.ts";
import type { SitePlan } from "./site-plan.ts";

const rsa = { TKTAuthPublicKey: "@rsa@", TKTAuthDigest: "SHA256" } as const;

/** The key of sites that decrypt passwords. */
export const passthruKey = "0123456789abcdef";

const sso = "http://sso.example.com";
const login = { TKTAuthLoginURL: `${sso}/login` } as const;

/** An address for every reason. */
export const allAddresses = {
  ...login,
  TKTAuthTimeoutURL: `${sso}/timeout`,
  TKTAuthPostTimeoutURL: `${sso}/post-timeout`,
  TKTAuthUnauthURL: `${sso}/unauth`,
  TKTAuthBadIPURL: `${sso}/bad-ip`,
  TKTAuthRefreshURL: `${sso}/refresh`,
  TKTAuthMultifactorURL: `${sso}/multifactor`,
} as const satisfies Directives;

const strict = { TKTAuthRequireMultifactor: "on", TKTAuthToken: "admin" } as const;

/** A site all of which is guarded by these directives. */
function plain(directives: Directives, server: Directives = rsa): SitePlan {
  return { site: { scheme: "http", server, sections: [rootOf(directives)] } };
}

function thorough(plan: SitePlan): SitePlan {
  return { ...plan, isThorough: true };
}

function rootOf(directives: Directives): Section {
  return { kind: "Location", path: "/", directives, others: guarded };
}

const nestedPaths = ["/show.cgi", "/area/show.cgi", "/area/deep/show.cgi", "/area/special.cgi"];

/** The same with sections within. */
function nested(directives: Directives, ...sections: readonly Section[]): SitePlan {
  const site = {
    scheme: "http",
    server: rsa,
    sections: [rootOf(directives), ...sections],
  } as const;
  return { site, paths: nestedPaths };
}

function area(directives: Directives, others?: readonly string[]): Section {
  return { kind: "Location", path: "/area", directives, others };
}

/** A site that is guarded by a Directory section, so that further ones and .htaccess files count. */
function inFolders(directives: Directives, ...sections: readonly Section[]): SitePlan {
  const root = { kind: "Directory", path: "/", directives, others: guarded } as const;
  return {
    site: { scheme: "http", server: rsa, sections: [root, ...sections] },
    paths: nestedPaths,
  };
}

const addressesAlone = Object.fromEntries(
  Object.entries(allAddresses).map(([name, url]) => [
    `${name} alone`,
    plain({ ...strict, [name]: url }),
  ]),
);

const addresses: Readonly<Record<string, SitePlan>> = {
  "no address": plain(strict),
  "a login address": thorough(plain(login)),
  "a login address, and strict checks": plain({ ...login, ...strict }),
  "all addresses": thorough(plain({ ...allAddresses, ...strict })),
  "addresses with queries": plain({
    ...strict,
    ...Object.fromEntries(
      Object.entries(allAddresses).map(([name, url]) => [name, `${url}?lang=en&a=%2F`]),
    ),
  }),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Apache's own variables.
  "an address in a variable": plain({ TKTAuthLoginURL: "${SSO}/login?a=b" }),
  "no address for expired forms": plain({
    ...login,
    TKTAuthTimeoutURL: `${sso}/timeout`,
  }),
  ...addressesAlone,
};

const keys: Readonly<Record<string, SitePlan>> = {
  ...Object.fromEntries(
    ["SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "sha256"].map((digest) => [
      `RSA with ${digest}`,
      plain(login, { TKTAuthPublicKey: "@rsa@", TKTAuthDigest: digest }),
    ]),
  ),
  "RSA without a digest": plain(login, { TKTAuthPublicKey: "@rsa@" }),
  "DSA without a digest": plain(login, { TKTAuthPublicKey: "@small-dsa@" }),
  "DSA with DSS1": plain(login, { TKTAuthPublicKey: "@small-dsa@", TKTAuthDigest: "DSS1" }),
  "DSA with SHA256": plain(login, { TKTAuthPublicKey: "@dsa@", TKTAuthDigest: "SHA256" }),
  "the key in the section": plain({ ...rsa, ...login }, {}),
  "the key of the whole server": plain(login, {}),
  "the key of the whole server by another digest": plain(login, { TKTAuthDigest: "SHA512" }),
  "another key within": nested(
    login,
    area({ TKTAuthPublicKey: "@other-rsa@", TKTAuthDigest: "SHA512" }),
  ),
};

const lookups: Readonly<Record<string, SitePlan>> = {
  "a header": thorough(plain({ ...login, TKTAuthHeader: "X-Ticket" })),
  "a header, then the cookie": thorough(plain({ ...login, TKTAuthHeader: "X-Ticket Cookie" })),
  "the cookie, then a header": thorough(plain({ ...login, TKTAuthHeader: "Cookie X-Ticket" })),
  "the cookie by its name": thorough(plain({ ...login, TKTAuthHeader: "Cookie" })),
  "a cookie's name": thorough(plain({ ...login, TKTAuthCookieName: "sso" })),
  "a back argument": plain({ ...login, TKTAuthBackArgName: "return_to" }),
  "a back argument beside a query": plain({
    TKTAuthLoginURL: `${sso}/login?back=no`,
    TKTAuthBackArgName: "url",
  }),
};

const checks: Readonly<Record<string, SitePlan>> = {
  "one token": plain({ ...login, TKTAuthToken: "admin" }),
  "several tokens": thorough(plain({ ...allAddresses, TKTAuthToken: "admin ops" })),
  "tokens and NULL before them": plain({ ...login, TKTAuthToken: "NULL admin" }),
  "tokens and NULL after them": plain({ ...login, TKTAuthToken: "admin NULL" }),
  "NULL alone": plain({ ...login, TKTAuthToken: "NULL" }),
  "a second factor": plain({ ...allAddresses, TKTAuthRequireMultifactor: "on" }),
  "no second factor": plain({ ...allAddresses, TKTAuthRequireMultifactor: "off" }),
  "TLS over HTTP": plain({ ...allAddresses, TKTAuthRequireSSL: "on" }),
  "TLS over HTTP, and nowhere to go": plain({ TKTAuthRequireSSL: "on" }),
  "TLS over HTTPS": overTls({ ...allAddresses, TKTAuthRequireSSL: "on" }),
  "HTTPS without need": overTls(login),
  "one user": {
    site: {
      scheme: "http",
      server: rsa,
      sections: [
        {
          kind: "Location",
          path: "/",
          directives: login,
          others: ["AuthType mod_auth_pubtkt", "Require user ada.lovelace", "CGIPassAuth On"],
        },
      ],
    },
  },
};

function overTls(directives: Directives): SitePlan {
  const { site } = plain(directives);
  return { site: { ...site, scheme: "https" } };
}

const passwords: Readonly<Record<string, SitePlan>> = {
  "fake passwords": plain({ ...login, TKTAuthFakeBasicAuth: "on" }),
  "no fake passwords": plain({ ...login, TKTAuthFakeBasicAuth: "off" }),
  "passwords of the ticket": plain({ ...login, TKTAuthPassthruBasicAuth: "on" }),
  "passwords of the ticket, else fake ones": plain({
    ...login,
    TKTAuthPassthruBasicAuth: "on",
    TKTAuthFakeBasicAuth: "on",
  }),
  "encrypted passwords of the ticket": plain({
    ...login,
    TKTAuthPassthruBasicAuth: "on",
    TKTAuthPassthruBasicKey: passthruKey,
  }),
  "a key and no passwords": plain({ ...login, TKTAuthPassthruBasicKey: passthruKey }),
  "fake passwords within": nested(login, area({ TKTAuthFakeBasicAuth: "on" })),
  "no fake passwords within": nested(
    { ...login, TKTAuthFakeBasicAuth: "on" },
    area({ TKTAuthFakeBasicAuth: "off" }),
  ),
};

const names: Readonly<Record<string, SitePlan>> = {
  "a name without its port": changedSite({ isNamedWithoutPort: true }),
  "two names": changedSite({ alias: "alias.example.com" }),
};

function changedSite(change: Partial<OldSite>): SitePlan {
  const { site } = plain(login);
  return { site: { ...site, ...change } };
}

const debugging = Object.fromEntries(
  ["0", "1", "2", "3"].map((level) => [
    `debug level ${level}`,
    plain({ ...allAddresses, TKTAuthDebug: level }),
  ]),
);

/** Sites with sections within sections. */
export const nestedPlans = {
  "tokens within": nested(login, area({ TKTAuthToken: "admin" })),
  "other tokens within": nested(
    { ...login, TKTAuthToken: "staff" },
    area({ TKTAuthToken: "admin" }),
  ),
  "no tokens within": nested({ ...login, TKTAuthToken: "admin" }, area({ TKTAuthToken: "NULL" })),
  "addresses within": nested({ ...login, ...strict }, area(allAddresses)),
  "another login within": nested(login, area({ TKTAuthLoginURL: `${sso}/area-login` })),
  "a second factor within": nested(allAddresses, area({ TKTAuthRequireMultifactor: "on" })),
  "no second factor within": nested(
    { ...allAddresses, TKTAuthRequireMultifactor: "on" },
    area({ TKTAuthRequireMultifactor: "off" }),
  ),
  "TLS within": nested(login, area({ TKTAuthRequireSSL: "on" })),
  "another cookie within": nested(login, area({ TKTAuthCookieName: "sso" })),
  "a header within": nested(login, area({ TKTAuthHeader: "X-Ticket Cookie" })),
  "another back argument within": nested(login, area({ TKTAuthBackArgName: "return_to" })),
  "three levels": nested(
    { ...login, TKTAuthToken: "staff" },
    area({ TKTAuthToken: "ops", TKTAuthTimeoutURL: `${sso}/area-timeout` }),
    { kind: "Location", path: "/area/deep", directives: { TKTAuthToken: "admin" } },
  ),
  // Apache merges Location sections in the order of the file, whatever their length.
  "the deeper section first": nested(
    login,
    { kind: "Location", path: "/area/deep", directives: { TKTAuthToken: "admin" } },
    area({ TKTAuthToken: "ops" }),
  ),
  "a public place within": nested(login, area({}, ["Require all granted"])),
  "a guarded place within a public site": {
    site: {
      scheme: "http",
      server: rsa,
      sections: [{ kind: "Location", path: "/area", directives: login, others: guarded }],
    },
    paths: nestedPaths,
  },
  folders: inFolders(login, {
    kind: "Directory",
    path: "/area",
    directives: { TKTAuthToken: "admin", TKTAuthUnauthURL: `${sso}/unauth` },
  }),
  "folders and a file": inFolders(login, {
    kind: "Files",
    name: "special.cgi",
    directives: { TKTAuthToken: "admin" },
  }),
  "a folder, and a file of it before": inFolders(
    login,
    { kind: "Files", name: "special.cgi", directives: { TKTAuthToken: "ops" } },
    { kind: "Directory", path: "/area", directives: { TKTAuthToken: "admin" } },
  ),
  "folders and a location": inFolders(
    { ...login, TKTAuthToken: "staff" },
    { kind: "Directory", path: "/area", directives: { TKTAuthToken: "ops" } },
    area({ TKTAuthToken: "admin" }),
  ),
  ".htaccess": inFolders(login, {
    kind: ".htaccess",
    path: "/area",
    directives: { TKTAuthToken: "admin", TKTAuthUnauthURL: `${sso}/unauth` },
  }),
  ".htaccess that guards": {
    site: {
      scheme: "http",
      server: rsa,
      sections: [
        { kind: ".htaccess", path: "/area", directives: allAddresses, others: guarded },
        { kind: ".htaccess", path: "/area/deep", directives: { TKTAuthToken: "admin" } },
      ],
    },
    paths: nestedPaths,
  },
} satisfies Record<string, SitePlan>;

/** A place where `directives` hold, by a section of another kind. */
function within(
  opening: string,
  merged: Extract<Section, { kind: "other" }>["merged"],
  paths: string,
): Section {
  return { kind: "other", opening, merged, paths, directives: { TKTAuthToken: "admin" } };
}

const otherSections: Readonly<Record<string, SitePlan>> = {
  LocationMatch: nested(
    login,
    within('<LocationMatch "^/area/.*[.]cgi$">', "with locations", "^/area/.*[.]cgi$"),
  ),
  "Location with a tilde": nested(
    login,
    within('<Location ~ "^/area/deep">', "with locations", "^/area/deep"),
  ),
  "Location with a star": nested(
    login,
    within('<Location "/area/*/show.cgi">', "with locations", "^/area/[^/]*/show.cgi"),
  ),
  DirectoryMatch: inFolders(
    login,
    within('<DirectoryMatch "^@escaped-root@/area/">', "with folders", "^/area/"),
  ),
  "Directory with a star": inFolders(
    login,
    within('<Directory "@root@/ar*">', "with folders", "^/area/"),
  ),
  FilesMatch: inFolders(login, within('<FilesMatch "^special">', "with files", "/special[^/]*$")),
  "Files with a star": inFolders(
    login,
    within('<Files "spec*.cgi">', "with files", "/spec[^/]*[.]cgi$"),
  ),
  "If of a path": nested(
    login,
    within(`<If "%{REQUEST_URI} =~ m#^/area/deep/#">`, "last", "^/area/deep/"),
  ),
};

/** Every site of the comparison. */
export const sitePlans: Readonly<Record<string, SitePlan>> = {
  ...addresses,
  ...keys,
  ...lookups,
  ...checks,
  ...passwords,
  ...names,
  ...debugging,
  ...nestedPlans,
  ...otherSections,
  ...innerPagePlans,
};
