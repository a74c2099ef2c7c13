/** An IP address in its one canonical spelling. */
export interface Address {
  readonly family: "ipv4" | "ipv6";
  readonly address: string;
}

const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`);

/** Reads `192.0.2.7` or `2001:db8::7`: no brackets, no zone, no octal or shortened IPv4. */
export function parseAddress(text: string): Address | undefined {
  if (ipv4.test(text)) return { family: "ipv4", address: text };
  if (!/^[0-9a-f:.]{2,45}$/i.test(text)) return undefined;
  // WHATWG URL parsing reads IPv6 strictly and writes its shortest form, in brackets.
  const url = URL.parse(`http://[${text}]/`);
  return url === null ? undefined : { family: "ipv6", address: url.hostname.slice(1, -1) };
}

/** The number that a canonical address stands for: 32 bits of IPv4 or 128 of IPv6. */
export function addressNumber({ family, address }: Address): bigint {
  if (family === "ipv4") return joined(address.split("."), 10, 8n);
  const [left = "", right] = address.split("::").map((half) => half.split(":").filter(Boolean));
  const missing = 8 - left.length - (right?.length ?? 0);
  return joined([...left, ...Array(missing).fill("0"), ...(right ?? [])], 16, 16n);
}

function joined(parts: readonly string[], radix: number, bits: bigint): bigint {
  return parts.reduce((sum, part) => (sum << bits) | BigInt(Number.parseInt(part, radix)), 0n);
}
