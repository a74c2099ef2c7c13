import { matchesSite, type SitePattern } from "./site-pattern.ts";

/** Why nobody is sent to a return address. */
export type ReturnRefusal =
  | "repeated"
  | "too-long"
  | "malformed"
  | "not-http"
  | "credentials"
  | "unknown-site";

/** Where a person came from and is sent back to, as the `back` argument says it. */
export type ReturnAddress =
  | { readonly kind: "none" }
  | { readonly kind: "accepted"; readonly url: URL }
  | { readonly kind: "refused"; readonly refusal: ReturnRefusal; readonly host?: string };

const maxReturnAddressLength = 4096;

/**
 * Reads the values of the `back` argument. Nothing is repaired: an address that browsers and URL
 * parsers could read in two ways is refused. What is accepted is the parsed URL, and only its own
 * serialisation may be sent out.
 */
export function parseReturnAddress(
  values: readonly string[],
  sites: readonly SitePattern[],
): ReturnAddress {
  const [text, ...more] = values;
  if (text === undefined || (text === "" && more.length === 0)) return { kind: "none" };
  if (more.length > 0) return refuse("repeated");
  if (text.length > maxReturnAddressLength) return refuse("too-long");
  // Browsers drop tabs and line ends, trim spaces and read a backslash as a slash.
  if (/[\p{Cc}\p{Z}\\]/u.test(text)) return refuse("malformed");
  if (!/^https?:/i.test(text)) return refuse("not-http");
  const authority = /^https?:\/\/([^/?#]+)/i.exec(text)?.[1];
  if (authority === undefined) return refuse("malformed");
  if (authority.includes("@")) return refuse("credentials");
  const url = URL.parse(text);
  if (url === null) return refuse("malformed");
  if (!sites.some((site) => matchesSite(url, site))) {
    return { ...refuse("unknown-site"), host: url.host };
  }
  return { kind: "accepted", url };
}

function refuse(refusal: ReturnRefusal) {
  return { kind: "refused", refusal } as const;
}
