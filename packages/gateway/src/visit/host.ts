/** Where a site is, in the one spelling that names are compared in. */
export interface Origin {
  /** `scheme://host[:port]`, in lower case and without a default port. */
  readonly text: string;
  readonly scheme: "http" | "https";
  /** The name, with a port that is not the default. */
  readonly host: string;
  /** The name alone, without brackets. */
  readonly hostName: string;
}

/** A name of DNS has 253 characters, and a port six with its colon. */
const maxHostLength = 260;

/**
 * Reads the host that was asked for: case, a trailing dot, the default port and the spelling of an
 * IPv6 address make no difference. `undefined`: not a name, an address, or either with a port.
 */
export function readOrigin(scheme: "http" | "https", host: string): Origin | undefined {
  if (host.length > maxHostLength) return undefined;
  const parts = /^((?:[a-z0-9_-]+\.)*[a-z0-9_-]+\.?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$/i.exec(host);
  if (parts === null) return undefined;
  const [, name = "", port = ""] = parts;
  // WHATWG URL parsing canonicalises all but the dot, which it takes as part of the name.
  const url = URL.parse(`${scheme}://${name.replace(/\.$/, "")}${port}`);
  if (url === null) return undefined;
  const hostName = url.hostname.replaceAll(/[[\]]/g, "");
  return { text: url.origin, scheme, host: url.host, hostName };
}
