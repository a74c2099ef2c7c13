import { parseAddress } from "@countersign/ticket";
import * as z from "zod";

/** Where a program listens. Port 0 lets the system choose. */
export type ListenAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

const expected =
  'an address to listen on: "127.0.0.1:8400", "[::1]:8400" or "unix:/run/countersign.sock"';

// sun_path has 108 bytes with its final zero on Linux.
const maxSocketPathBytes = 107;

/** `127.0.0.1:8400`, `[::1]:8400`, `unix:/path`; a name would leave the choice to a resolver. */
export const listenAddress = z
  .string()
  .transform((text, context): ListenAddress => {
    const address = parseListenAddress(text);
    if (address !== undefined) return address;
    context.addIssue({ code: "custom", message: expected });
    return z.NEVER;
  })
  .meta({ title: 'address such as "127.0.0.1:8400" or "unix:/run/countersign.sock"' });

function parseListenAddress(text: string): ListenAddress | undefined {
  if (text.startsWith("unix:")) {
    const path = text.slice("unix:".length);
    const bytes = new TextEncoder().encode(path).length;
    if (bytes === 0 || bytes > maxSocketPathBytes || path.includes("\0")) return undefined;
    return { kind: "unix", path };
  }
  const [, bracketed, plain, digits] =
    /^(?:\[([^\]]*:[^\]]*)\]|([^:]+)):(0|[1-9]\d{0,4})$/.exec(text) ?? [];
  const port = Number(digits);
  const host = parseAddress(bracketed ?? plain ?? "");
  return host === undefined || port > 65535 ? undefined : { kind: "tcp", host, port };
}

/** The inverse of what {@link listenAddress} reads. */
export function writeListenAddress(address: ListenAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}
