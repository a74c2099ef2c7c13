/** Every directive of mod_auth_pubtkt. */
export const directiveNames = [
  "TKTAuthPublicKey",
  "TKTAuthDigest",
  "TKTAuthLoginURL",
  "TKTAuthTimeoutURL",
  "TKTAuthPostTimeoutURL",
  "TKTAuthUnauthURL",
  "TKTAuthBadIPURL",
  "TKTAuthRefreshURL",
  "TKTAuthMultifactorURL",
  "TKTAuthHeader",
  "TKTAuthCookieName",
  "TKTAuthBackArgName",
  "TKTAuthRequireSSL",
  "TKTAuthToken",
  "TKTAuthFakeBasicAuth",
  "TKTAuthPassthruBasicAuth",
  "TKTAuthPassthruBasicKey",
  "TKTAuthRequireMultifactor",
  "TKTAuthDebug",
] as const;

/** One of {@link directiveNames}. */
export type Directive = (typeof directiveNames)[number];

/**
 * What stands behind each directive, in the order in which they are written. `@rsa@` and the like stand for
 * the file of that key.
 */
export type Directives = Readonly<Partial<Record<Directive, string>>>;

/** Where directives stand; paths start at the root of the site. */
export type Scope =
  | { readonly kind: "Location" | "Directory" | ".htaccess"; readonly path: string }
  | { readonly kind: "Files"; readonly name: string }
  /** Any other section, by its first line, and when Apache merges it. */
  | {
      readonly kind: "other";
      readonly opening: string;
      readonly merged: "with folders" | "with files" | "with locations" | "last";
      /** A regular expression of the paths where it holds. */
      readonly paths: string;
    };

/** A section of a site, or an .htaccess file. */
export type Section = Scope & {
  readonly directives: Directives;
  /** Lines that are not the module's; `Require valid-user` and so on. */
  readonly others?: readonly string[] | undefined;
};

/** By what Apache serves other pages than those that are asked for. */
export interface InnerPages {
  /** Lines of the virtual host: `DirectoryIndex` and so on. */
  readonly lines: readonly string[];
  /** The paths of these pages. */
  readonly pages: readonly string[];
  /** How Apache asks about them: not at all, or after the address that was asked for. */
  readonly asked?: "again" | "again, by GET" | undefined;
  /** Pages, by the paths whose sections alone count for the module. */
  readonly servedFor?: Readonly<Record<string, string>> | undefined;
}

/** A virtual host as it was before the migration. */
export interface OldSite {
  readonly scheme: "http" | "https";
  /** Whether its ServerName leaves the port out. */
  readonly isNamedWithoutPort?: boolean | undefined;
  /** Its ServerAlias. */
  readonly alias?: string | undefined;
  /** What stands in the virtual host itself: key and digest. */
  readonly server: Directives;
  readonly inner?: InnerPages | undefined;
  /** The sections in the order of the file. */
  readonly sections: readonly Section[];
}

/** What makes a place of the site ask for a ticket. */
export const guarded = ["AuthType mod_auth_pubtkt", "Require valid-user", "CGIPassAuth On"];

/** What stands outside of all virtual hosts. */
export const mainServer: Directives = { TKTAuthPublicKey: "@rsa@", TKTAuthDigest: "SHA256" };

/** What holds at one address of a site. */
export interface Effective {
  readonly directives: Directives;
  /** As the module has it: a key that comes later sets it back to SHA-1. */
  readonly digest: string;
}

/** What the module makes of the sections for `path`, in the order in which Apache merges them. */
export function effectiveAt(site: OldSite, path: string): Effective {
  const inOrder = site.sections
    .filter((section) => holdsAt(section, path))
    .toSorted((one, other) => rank(one) - rank(other));
  const all = [mainServer, site.server, ...inOrder.map(({ directives }) => directives)];
  let digest = "SHA1";
  for (const directives of all) digest = digestAfter(directives) ?? digest;
  return { directives: Object.assign({}, ...all), digest };
}

function holdsAt(section: Section, path: string): boolean {
  if (section.kind === "other") return new RegExp(section.paths).test(path);
  // What follows a program's name is for the program.
  if (section.kind === "Files") return path.split("/").includes(section.name);
  const start = section.path;
  return start === "/" || path === start || path.startsWith(`${start}/`);
}

/** Folders from the root down, and in one of them the .htaccess file after the section; then all others. */
function rank(section: Section): number {
  switch (section.kind) {
    case "Directory":
    case ".htaccess": {
      const depth = section.path.split("/").filter(Boolean).length;
      return 2 * depth + Number(section.kind === ".htaccess");
    }
    case "Files":
      return ranks["with files"];
    case "Location":
      return ranks["with locations"];
    case "other":
      return ranks[section.merged];
  }
}

const ranks = { "with folders": 100, "with files": 101, "with locations": 102, last: 103 } as const;

function digestAfter(directives: Directives): string | undefined {
  let digest: string | undefined;
  for (const [name, value] of Object.entries(directives)) {
    if (name === "TKTAuthPublicKey") digest = "SHA1";
    if (name === "TKTAuthDigest") digest = value === "DSS1" ? "SHA1" : value;
  }
  return digest;
}
