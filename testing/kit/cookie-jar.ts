/** Keeps cookies as a browser does, as far as one domain and its hosts need it. */
export interface CookieJar {
  /** Takes the `Set-Cookie` fields of an answer from `url`. What a browser drops is dropped. */
  keep(url: URL, setCookies: readonly string[]): void;
  /** The Cookie header for a request to `url`; `undefined` if there are none. */
  headerFor(url: URL): string | undefined;
  /** The cookie of that name, wherever it goes. */
  find(name: string): KeptCookie | undefined;
}

/** A cookie with what its server said about it. */
export interface KeptCookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  /** Whether it goes to that very host alone. */
  readonly isHostOnly: boolean;
  readonly path: string;
  readonly isSecure: boolean;
  readonly isHttpOnly: boolean;
  readonly sameSite: string | undefined;
}

/** An empty jar. */
export function createCookieJar(): CookieJar {
  const cookies = new Map<string, KeptCookie>();
  return {
    keep(url, setCookies) {
      for (const line of setCookies) {
        const { cookie, isRemoved } = parseSetCookie(line, url);
        if (!domainMatches(url.hostname, cookie)) continue;
        const key = [cookie.name, cookie.domain, cookie.path].join("\n");
        if (isRemoved) cookies.delete(key);
        else cookies.set(key, cookie);
      }
    },
    headerFor(url) {
      const fitting = [...cookies.values()].filter((cookie) => fits(cookie, url));
      if (fitting.length === 0) return undefined;
      return fitting.map(({ name, value }) => `${name}=${value}`).join("; ");
    },
    find: (name) => [...cookies.values()].find((cookie) => cookie.name === name),
  };
}

/** @see RFC 6265 §5.2 */
function parseSetCookie(line: string, url: URL): { cookie: KeptCookie; isRemoved: boolean } {
  const [pair = "", ...rest] = line.split(";").map((part) => part.trim());
  const attributes = new Map(
    rest.map((part) => {
      const [name = "", ...value] = part.split("=");
      return [name.toLowerCase(), value.join("=")] as const;
    }),
  );
  const domain = attributes.get("domain")?.replace(/^\./, "").toLowerCase();
  const cookie = {
    name: pair.slice(0, pair.indexOf("=")),
    value: pair.slice(pair.indexOf("=") + 1),
    domain: domain || url.hostname,
    isHostOnly: !domain,
    path: attributes.get("path") || "/",
    isSecure: attributes.has("secure"),
    isHttpOnly: attributes.has("httponly"),
    sameSite: attributes.get("samesite"),
  };
  return { cookie, isRemoved: Number(attributes.get("max-age") ?? 1) <= 0 };
}

function fits(cookie: KeptCookie, url: URL): boolean {
  if (cookie.isSecure && url.protocol !== "https:") return false;
  return domainMatches(url.hostname, cookie) && pathMatches(url.pathname, cookie.path);
}

/** @see RFC 6265 §5.1.3 */
function domainMatches(host: string, { domain, isHostOnly }: KeptCookie): boolean {
  return host === domain || (!isHostOnly && host.endsWith(`.${domain}`));
}

/** @see RFC 6265 §5.1.4 */
function pathMatches(path: string, cookiePath: string): boolean {
  if (!path.startsWith(cookiePath)) return false;
  return cookiePath.endsWith("/") || ["", "/"].includes(path.charAt(cookiePath.length));
}
