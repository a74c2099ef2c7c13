import { matchesSite, type SitePattern } from "./site-pattern.ts";

/** Why nobody is sent to a return address. */
export type ReturnRefusal =
  | "repeated"
  | "too-long"
  | "malformed"
  | "not-http"
  | "credentials"
  | "unknown-site";

/** Each refusal as the visitor reads it. */
export const returnRefusalTexts: Record<ReturnRefusal, string> = {
  repeated: "The link names two addresses to go back to.",
  "too-long": "The address to go back to is too long.",
  malformed: "The address to go back to is written in a way that browsers read differently.",
  "not-http": "The address to go back to is no web address.",
  credentials: "The address to go back to contains a user name or password.",
  "unknown-site": "The address to go back to is on a site that does not belong to this sign-in.",
};

/** Where a person came from and is sent back to, as the `back` argument says it. */
export type ReturnAddress =
  | { readonly kind: "none" }
  | { readonly kind: "accepted"; readonly url: URL }
  | { readonly kind: "refused"; readonly refusal: ReturnRefusal; readonly origin?: string };

const maxTextLength = 16 * 1024;

// Web servers take a request line of 8 KiB, and the address travels in ours, encoded.
const maxEncodedLength = 7000;

/**
 * Reads the values of the `back` argument. Nothing is repaired: an address that browsers and URL
 * parsers could read in two ways is refused. What is accepted is the parsed URL, and only its own
 * serialisation may be sent out. Where that is too long, it loses its query, as at the gateway.
 */
export function parseReturnAddress(
  values: readonly string[],
  sites: readonly SitePattern[],
): ReturnAddress {
  const [text, ...more] = values;
  if (text === undefined || (text === "" && more.length === 0)) return { kind: "none" };
  if (more.length > 0) return refuse("repeated");
  if (text.length > maxTextLength) return refuse("too-long");
  // Browsers drop tabs and line ends, trim spaces and read a backslash as a slash.
  if (/[\p{Cc}\p{Z}\\]/u.test(text)) return refuse("malformed");
  if (!/^https?:/i.test(text)) return refuse("not-http");
  const authority = /^https?:\/\/([^/?#]+)/i.exec(text)?.[1];
  if (authority === undefined) return refuse("malformed");
  if (authority.includes("@")) return refuse("credentials");
  const url = URL.parse(text);
  if (url === null) return refuse("malformed");
  if (!sites.some((site) => matchesSite(url, site))) {
    return { ...refuse("unknown-site"), origin: url.origin };
  }
  const short = [url.href, url.origin + url.pathname].find(fits);
  return short === undefined ? refuse("too-long") : { kind: "accepted", url: new URL(short) };
}

function fits(address: string): boolean {
  return new URLSearchParams({ back: address }).toString().length <= maxEncodedLength;
}

function refuse(refusal: ReturnRefusal) {
  return { kind: "refused", refusal } as const;
}
