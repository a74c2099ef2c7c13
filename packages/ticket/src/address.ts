/**
 * Reads an IPv4 or IPv6 address and gives one canonical text for each, or `undefined`: IPv4 as
 * dotted decimal, IPv6 as 32 hexadecimal digits, IPv4-mapped IPv6 as the IPv4 address it means.
 * Zone identifiers, ports, brackets and shorthand IPv4 are no addresses here.
 */
export function parseAddress(text: string): string | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text)?.join(".");
}

/** Whether both are addresses and mean the same one, however they are written. */
export function isSameAddress(one: string, other: string): boolean {
  const address = parseAddress(one);
  return address !== undefined && address === parseAddress(other);
}

function parseIpv4(text: string): number[] | undefined {
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

/** The text forms of RFC 4291 §2.2, without a zone. */
function parseIpv6(text: string): string | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? "", halves.length === 1);
  const tail = groups(halves[1] ?? "", true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...new Array<number>(missing).fill(0), ...tail];
  if (all.slice(0, 5).every((group) => group === 0) && all[5] === 0xffff) {
    return all
      .slice(6)
      .map((group) => `${group >> 8}.${group & 0xff}`)
      .join(".");
  }
  return all.map((group) => group.toString(16).padStart(4, "0")).join("");
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
    const bytes = mayEndInIpv4 && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (bytes === undefined) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = bytes;
    result.push((a << 8) | b, (c << 8) | d);
  }
  return result;
}
