/** Who takes part in the demo, and where. Everything follows from the first port. */
export interface DemoPlan {
  /** Holds keys, users and settings between runs; as the caller wrote it. */
  readonly folder: string;
  readonly login: DemoPlace;
  readonly gateway: DemoPlace;
  readonly sites: readonly [wiki: DemoSite, shop: DemoSite];
}

/** Something that listens on 127.0.0.1. */
export interface DemoPlace {
  readonly port: number;
  readonly origin: string;
}

/** A protected site. */
export interface DemoSite extends DemoPlace {
  readonly name: "wiki" | "shop";
  readonly title: string;
  /** What one would do there. */
  readonly pages: readonly [DemoPage, ...DemoPage[]];
}

/** A page of a site, and what it asks of its visitors beside a ticket. */
export interface DemoPage {
  readonly path: string;
  readonly title: string;
  readonly text: string;
  readonly needs: string | undefined;
}

/** Someone who can sign in. All of them have the same password. */
export interface DemoUser {
  readonly name: string;
  readonly remark: string;
  readonly tokens: readonly string[];
  readonly lifetimeSeconds?: number;
  readonly graceSeconds?: number;
}

/** Above every host of the demo; the ticket's cookie is for it. */
export const domain = "demo.localhost";

/** How many ports in a row the demo takes. */
export const portCount = 4;

/** The users of the demo. The second one's tickets are as short as tickets may be. */
export const users = [
  { name: "ada", remark: "works here, administers nothing", tokens: ["staff", "editors"] },
  {
    name: "hasty",
    remark: "has tickets of one minute, to watch them being renewed",
    tokens: ["staff"],
    lifetimeSeconds: 60,
    graceSeconds: 30,
  },
] as const satisfies readonly DemoUser[];

/** The whole demo, from `firstPort` on. */
export function planDemo(firstPort: number, folder: string): DemoPlan {
  return {
    folder,
    login: { port: firstPort, origin: `http://sso.${domain}:${firstPort}` },
    gateway: { port: firstPort + 3, origin: `http://127.0.0.1:${firstPort + 3}` },
    sites: [siteAt("wiki", firstPort + 1), siteAt("shop", firstPort + 2)],
  };
}

/** A page of the login server. */
export function loginUrl(
  { login }: DemoPlan,
  path: "/login" | "/refresh" | "/logout" | "/whoami",
  query: Readonly<Record<string, string>> = {},
): string {
  const url = new URL(path, login.origin);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

/** The site beside `site`. */
export function otherSite({ sites }: DemoPlan, site: DemoSite): DemoSite {
  return sites[0] === site ? sites[1] : sites[0];
}

function siteAt(name: DemoSite["name"], port: number): DemoSite {
  const { title, pages } = wordsOf[name];
  return { name, title, pages, port, origin: `http://${name}.${domain}:${port}` };
}

const wordsOf: Record<DemoSite["name"], Pick<DemoSite, "title" | "pages">> = {
  wiki: {
    title: "Wiki",
    pages: [
      {
        path: "/",
        title: "Read",
        text: "Reading takes a valid ticket and nothing else.",
        needs: undefined,
      },
      {
        path: "/edit",
        title: "Edit",
        text: "You see this page because your ticket names you among the editors.",
        needs: "editors",
      },
      {
        path: "/admin",
        title: "Administer",
        text: "You see this page because your ticket names you among the administrators.",
        needs: "admin",
      },
    ],
  },
  shop: {
    title: "Shop",
    pages: [
      {
        path: "/",
        title: "Browse",
        text: "Browsing takes a valid ticket and nothing else.",
        needs: undefined,
      },
      {
        path: "/staff",
        title: "Staff prices",
        text: "You see this page because your ticket says that you are staff.",
        needs: "staff",
      },
      {
        path: "/admin",
        title: "Administer",
        text: "You see this page because your ticket names you among the administrators.",
        needs: "admin",
      },
    ],
  },
};
