const maxTargetLength = 16 * 1024;

/** A request target in the one form that decisions rest on: `/path` or `/path?query`, in ASCII. */
export interface Target {
  /** The whole, with bytes above 0x7f percent-encoded and nothing else changed. */
  readonly text: string;
  /** The part before `?`; it decodes to UTF-8 without control characters. */
  readonly path: string;
}

/**
 * Reads a target: a path with or without a query (origin form, RFC 9112 §3.2.1), or a whole URL
 * (absolute form, §3.2.2), of which the host is the web server's affair.
 *
 * `undefined`: another form, a control character (encoded or not), a space, a fragment, or a path
 * whose percent-encoding is no UTF-8. Nobody knows what the server behind us makes of those.
 */
export function readTarget(raw: string): Target | undefined {
  if (raw.length > maxTargetLength) return undefined;
  const text = isOriginForm(raw) ? raw : inOriginForm(raw);
  if (text === undefined) return undefined;
  const query = text.indexOf("?");
  const path = query === -1 ? text : text.slice(0, query);
  return path.includes("%") && !decodes(path) ? undefined : { text, path };
}

/** As nearly every target is: `/`, then printable ASCII but `#`. */
function isOriginForm(text: string): boolean {
  return /^\/[!"$-~]*$/.test(text);
}

function inOriginForm(raw: string): string | undefined {
  const text = withEncodedBytes(raw.startsWith("/") ? raw : withoutAuthority(raw));
  return isOriginForm(text) ? text : undefined;
}

function withoutAuthority(url: string): string {
  const rest = /^https?:\/\/[a-z0-9._:[\]-]+([/?].*)?$/i.exec(url);
  if (rest === null) return url;
  const [, target = "/"] = rest;
  return target.startsWith("?") ? `/${target}` : target;
}

function decodes(path: string): boolean {
  try {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through.
    return !/[\u0000-\u001f\u007f]/.test(decodeURIComponent(path));
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}

function withEncodedBytes(raw: string): string {
  return raw.replaceAll(
    /[\x80-\xff]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
