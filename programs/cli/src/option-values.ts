import {
  allowLegacySignatures,
  type Digest,
  type EpochSeconds,
  type KeyOptions,
  maxEpochSeconds,
  parseAddress,
} from "@countersign/ticket";
import { InvalidArgumentError, Option } from "commander";

const unitSeconds = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Reads `90`, `90s`, `15m`, `8h` or `7d` as seconds. */
export function parseDuration(text: string): number {
  const [, digits, unit] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? [];
  if (digits === undefined) {
    throw new InvalidArgumentError("Expected seconds, or a number with s, m, h or d, such as 8h.");
  }
  return Number(digits) * unitSeconds[unit as keyof typeof unitSeconds];
}

/** Reads seconds since 1970, or a UTC time such as `2030-01-31T12:00:00Z`. */
export function parseTime(text: string): EpochSeconds {
  if (/^\d{1,12}$/.test(text)) {
    const seconds = Number(text);
    if (seconds <= maxEpochSeconds) return seconds;
  }
  const isUtc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text);
  const milliseconds = isUtc ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(milliseconds) || milliseconds < 0) {
    throw new InvalidArgumentError(
      "Expected seconds since 1970, or a UTC time such as 2030-01-31T12:00:00Z.",
    );
  }
  return milliseconds / 1000;
}

/** Reads an IP address into its canonical spelling. */
export function parseAddressOption(text: string): string {
  const address = parseAddress(text);
  if (address !== undefined) return address;
  throw new InvalidArgumentError("Expected an IPv4 or IPv6 address.");
}

/** Reads a host name as tickets name it: lower case, without a port. */
export function parseHost(text: string): string {
  const host = text.toLowerCase();
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(host) && host.length <= 253) return host;
  throw new InvalidArgumentError("Expected a host name without scheme and port.");
}

/** Reads the name of a cookie (RFC 6265 §4.1.1). */
export function parseCookieName(text: string): string {
  if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError("Expected a cookie's name, such as auth_pubtkt.");
}

/** Reads a number of bits. */
export function parseBits(text: string): number {
  if (/^\d{3,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a number of bits, such as 3072.");
}

/** Adds what an option that may be repeated gives, each time one word or several with commas. */
export function collectWords(text: string, words: readonly string[] = []): string[] {
  return [...words, ...text.split(",").filter((word) => word !== "")];
}

/** Adds one more value of an option that may be repeated. */
export function collect(text: string, values: readonly string[] = []): string[] {
  return [...values, text];
}

/** `--digest`, for the keys that leave it open. */
export function digestOption(): Option {
  return new Option("--digest <digest>", "of RSA and DSA signatures")
    .choices(["sha1", "sha224", "sha256", "sha384", "sha512"] satisfies Digest[])
    .default("sha256");
}

/** What `--digest` and `--legacy` say about keys. */
export function keyOptions(options: {
  readonly digest?: Digest | undefined;
  readonly legacy?: boolean | undefined;
}): KeyOptions {
  return { digest: options.digest, legacy: options.legacy ? allowLegacySignatures : undefined };
}

/** `--legacy`, the opt-in that SHA-1 and DSA need. */
export function legacyOption(): Option {
  return new Option("--legacy", "allow SHA-1 and DSA, as old mod_auth_pubtkt sites use them");
}
