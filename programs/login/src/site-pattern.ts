/** Origins to which people may be sent back: one, or all hosts below a domain. */
export interface SitePattern {
  readonly scheme: "http" | "https";
  /** Canonical, as URL parsing writes it. Of `*.example.com` it is `example.com`. */
  readonly host: string;
  readonly anyHostBelow: boolean;
  /** Empty for the scheme's own port, as in `URL.port`. */
  readonly port: string;
}

/** Reads `https://wiki.example.com`, `http://localhost:8401` or `https://*.example.com`. */
export function parseSitePattern(text: string): SitePattern | undefined {
  const parts = /^(https?):\/\/(\*\.)?([^/?#@\\*\s]+)$/i.exec(text);
  if (parts === null) return undefined;
  const [, scheme = "", star, authority = ""] = parts;
  const url = URL.parse(`${scheme}://${authority}/`);
  if (url === null || url.pathname !== "/" || url.hostname.endsWith(".")) return undefined;
  // `*.com` and `*.1.2.3.4` would reach far beyond one organisation, or nowhere.
  if (star !== undefined && !isDomainWithParent(url.hostname)) return undefined;
  return {
    scheme: url.protocol === "https:" ? "https" : "http",
    host: url.hostname,
    anyHostBelow: star !== undefined,
    port: url.port,
  };
}

/** Whether the origin of `url` is one of the pattern's. A scheme and a port must match exactly. */
export function matchesSite(url: URL, site: SitePattern): boolean {
  if (url.protocol !== `${site.scheme}:` || url.port !== site.port) return false;
  // The dot keeps evilexample.com out of *.example.com.
  return site.anyHostBelow
    ? url.hostname.endsWith(`.${site.host}`) && !url.hostname.startsWith(".")
    : url.hostname === site.host;
}

/** Whether `host` is `domain` or below it. */
export function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

function isDomainWithParent(host: string): boolean {
  const labels = host.split(".");
  if (labels.at(-1) === "localhost") return true;
  return labels.length > 1 && !labels.includes("") && !/^[\d.]+$/.test(host);
}
