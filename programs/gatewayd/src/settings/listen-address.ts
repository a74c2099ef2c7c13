import {
  type ListenAddress,
  listenAddress as ownAddress,
  writeListenAddress as writeOwnAddress,
} from "@countersign/settings";
import * as z from "zod";

/** Where web servers ask; a socket that systemd opened goes by the name of its unit's FileDescriptorName. */
export type GatewayAddress = ListenAddress | { readonly kind: "systemd"; readonly name: string };

/** As the address of any program, or `systemd:NAME`. */
export const listenAddress = z
  .string()
  .transform((text, context): GatewayAddress => {
    // systemd allows all but control characters and colons; these suffice.
    const [, name] = /^systemd:([A-Za-z0-9._-]{1,255})$/.exec(text) ?? [];
    if (name !== undefined) return { kind: "systemd", name };
    const own = ownAddress.safeParse(text);
    if (own.success) return own.data;
    context.addIssue({
      code: "custom",
      message:
        'an address to listen on: "unix:/run/countersign/gateway.sock", "127.0.0.1:8403" or "systemd:NAME"',
    });
    return z.NEVER;
  })
  .meta({
    title:
      'address such as "unix:/run/countersign/gateway.sock", "127.0.0.1:8403" or "systemd:NAME"',
  });

/** The inverse of what {@link listenAddress} reads. */
export function writeListenAddress(address: GatewayAddress): string {
  return address.kind === "systemd" ? `systemd:${address.name}` : writeOwnAddress(address);
}
