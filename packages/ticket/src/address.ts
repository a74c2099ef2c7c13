/**
 * Reads an IPv4 or IPv6 address and gives the one canonical text for it, or `undefined`: IPv4 as
 * dotted decimal, IPv6 in its shortest form (RFC 5952 §4), IPv4-mapped IPv6 as the IPv4 address it
 * means. Zone identifiers, ports, brackets and shorthand IPv4 are no addresses here.
 */
export function parseAddress(text: string): string | undefined {
  const numbers = readNumbers(text);
  return numbers?.length === 8 ? writeIpv6(numbers) : numbers?.join(".");
}

/**
 * The bits of an address as `0` and `1`: 32 of IPv4 (also IPv4-mapped IPv6) or 128 of IPv6, so that
 * a range is a prefix. `undefined` for what is no address.
 */
export function addressBits(text: string): string | undefined {
  const numbers = readNumbers(text);
  const bits = numbers?.length === 8 ? 16 : 8;
  return numbers?.map((number) => number.toString(2).padStart(bits, "0")).join("");
}

/** Whether both are addresses and mean the same one, however they are written. */
export function isSameAddress(one: string, other: string): boolean {
  const address = parseAddress(one);
  return address !== undefined && address === parseAddress(other);
}

/** The four bytes of IPv4, or the eight groups of IPv6. */
function readNumbers(text: string): readonly number[] | undefined {
  return text.includes(":") ? readIpv6(text) : readIpv4(text);
}

function readIpv4(text: string): number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const bytes: number[] = [];
  for (const part of parts) {
    // A leading zero means octal to some readers, so that the same text would be two addresses.
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined;
    bytes.push(Number(part));
  }
  return bytes;
}

/** The text forms of RFC 4291 §2.2, without a zone; the bytes of IPv4 for an address mapped to it. */
function readIpv6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? "", halves.length === 1);
  const tail = groups(halves[1] ?? "", true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...new Array<number>(missing).fill(0), ...tail];
  if (all.slice(0, 5).every((group) => group === 0) && all[5] === 0xffff) {
    return all.slice(6).flatMap((group) => [group >> 8, group & 0xff]);
  }
  return all;
}

function groups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const result: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      result.push(Number.parseInt(part, 16));
      continue;
    }
    const bytes = mayEndInIpv4 && index === parts.length - 1 ? readIpv4(part) : undefined;
    if (bytes === undefined) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = bytes;
    result.push((a << 8) | b, (c << 8) | d);
  }
  return result;
}

function writeIpv6(numbers: readonly number[]): string {
  const text = numbers.map((number) => number.toString(16)).join(":");
  // RFC 5952 §4.2.3: of equally long runs of zeros the first one is shortened.
  const [run] = [...text.matchAll(/\b0(?::0)+\b/g)].sort(([a], [b]) => b.length - a.length);
  if (run === undefined) return text;
  const head = text.slice(0, run.index).replace(/:$/, "");
  return `${head}::${text.slice(run.index + run[0].length).replace(/^:/, "")}`;
}
