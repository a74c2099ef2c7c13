import {
  createIssuer,
  encodeTicket,
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  type TicketFields,
  verificationKeyOf,
} from "@countersign/ticket";

const key = importPrivateKey(generatePrivateKeyPem("ed25519"));

/** Verifies the tickets below; in PEM. */
export const publicKey = exportPublicPem(verificationKeyOf(key));

/** The value of a Cookie header with a ticket of Ada's. */
export function cookieWith(
  fields: Partial<TicketFields> & { readonly validUntil: number },
): string {
  return `auth_pubtkt=${encodeTicket(createIssuer(key).issue({ uid: "ada", ...fields }))}`;
}
