import { guarded, type InnerPages, type OldSite, type Section } from "./old-site.ts";
import type { SitePlan } from "./site-plan.ts";

const rsa = { TKTAuthPublicKey: "@rsa@", TKTAuthDigest: "SHA256" } as const;
const sso = "http://sso.example.com";
const login = { TKTAuthLoginURL: `${sso}/login` } as const;
const admin = { TKTAuthToken: "admin", TKTAuthUnauthURL: `${sso}/unauth` } as const;

/** A page in the place that needs a token. */
export const page = "/area/show.cgi";

/** The same for pages of this name. */
export const special: Section = { kind: "Files", name: "special.cgi", directives: admin };

const openPage: Section = {
  kind: "Location",
  path: page,
  directives: {},
  others: ["Require all granted"],
};

type Guard = "Location" | "Directory" | ".htaccess";

const guards: readonly Guard[] = ["Location", "Directory", ".htaccess"];

/** The same for each kind of section that the inner page can be in. */
function inEach(
  name: string,
  paths: readonly string[],
  innerOf: (guard: Guard) => InnerPages,
  ...further: readonly Section[]
): Readonly<Record<string, SitePlan>> {
  const plans = guards.map((kind): [string, SitePlan] => {
    const section = { kind, path: "/area", directives: admin } as const;
    const root = kind === "Location" ? "Location" : "Directory";
    const site = innerPageSite(innerOf(kind), root, section, ...further);
    return [`${name} in ${kind}`, { site, paths }];
  });
  return Object.fromEntries(plans);
}

/** A site that serves other pages than those that are asked for, some of which need a token. */
export function innerPageSite(
  inner: InnerPages,
  root: "Location" | "Directory",
  ...within: readonly Section[]
): OldSite {
  const whole = { kind: root, path: "/", directives: login, others: guarded } as const;
  return { scheme: "http", server: rsa, inner, sections: [whole, ...within] };
}

function indexed(line: string): InnerPages {
  return { lines: [`DirectoryIndex ${line}`], pages, asked: "again, by GET" };
}

const pages = ["", "area/", "area/deep/"]
  .flatMap((folder) => [`/${folder}special.cgi`, `/${folder}nothing.cgi`])
  .concat(page);

const rewriting = ["RewriteEngine on", `RewriteRule "^/old$" "${page}"`] as const;
const folders = ["/", "/area/", "/special.cgi", "/show.cgi"];

/** Sites on which Apache serves other pages than those that are asked for. */
export const innerPagePlans: Readonly<Record<string, SitePlan>> = {
  "an index in Files": {
    site: innerPageSite(indexed("special.cgi"), "Directory", special),
    paths: folders,
  },
  "an index in Files, and Location around it": {
    site: innerPageSite(indexed("special.cgi"), "Location", special),
    paths: folders,
  },
  "several indexes": {
    site: innerPageSite(indexed("nothing.cgi special.cgi show.cgi"), "Directory", special),
    paths: ["/", "/area/", "/area/deep/", "/show.cgi"],
  },
  ...inEach("an index elsewhere", ["/", "/other/", "/show.cgi"], () => indexed(page)),
  ...inEach("a rewritten path", ["/old", "/show.cgi"], (guard) => ({
    lines: rewriting,
    pages,
    ...(guard === "Location" ? { servedFor: { "/old": page } } : {}),
  })),
  ...inEach("a path that is rewritten and passed through", ["/old", "/show.cgi"], () => ({
    lines: [rewriting[0], `${rewriting[1]} [PT]`],
    pages,
  })),
  ...inEach(
    "a path that is rewritten in a folder",
    ["/old", "/show.cgi"],
    () => ({ lines: [], pages, asked: "again" }),
    {
      kind: "Directory",
      path: "/",
      directives: {},
      others: [rewriting[0], `RewriteRule "^old$" "${page}"`],
    },
  ),
  ...inEach(
    "an open page of an error",
    ["/nothing-here", "/area/nothing-here"],
    () => ({ lines: [`ErrorDocument 404 ${page}`], pages: [] }),
    openPage,
  ),
};
