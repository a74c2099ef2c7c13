import {
  allowLegacySignatures,
  createIssuer,
  type Digest,
  encodeTicket,
  exportPublicPem,
  generatePrivateKeyPem,
  type Issuer,
  importPrivateKey,
  type TicketFields,
  verificationKeyOf,
} from "@countersign/ticket";

/** An issuer with the public half of its key. */
export interface TestIssuer extends Issuer {
  /** In PEM. */
  readonly publicKey: string;
}

/** An issuer with that key, or with a new one of RSA; RSA and DSA sign with SHA-256 unless told. */
export function createTestIssuer(
  privateKey = generatePrivateKeyPem("rsa"),
  digest: Digest = "sha256",
): TestIssuer {
  const key = importPrivateKey(privateKey, { digest, legacy: allowLegacySignatures });
  return { ...createIssuer(key), publicKey: exportPublicPem(verificationKeyOf(key)) };
}

/** The tickets that a browser might bring, by what is the matter with them. */
export type TicketName =
  | "good"
  | "admin"
  | "everything"
  | "name-only"
  | "expired"
  | "in-grace"
  | "from-here"
  | "from-elsewhere"
  | "for-another-host"
  | "another-key"
  | "somebody-else"
  | "altered";

/** The visitor that the good tickets speak of. */
export const ada = {
  uid: "ada.lovelace",
  tokens: ["staff", "ops"],
  userData: "Größe = 100 % + mehr",
} as const;

const hour = 3_600;

/** The values of cookies that hold the tickets; `now` is in seconds since 1970. */
export function makeTickets(issuer: Issuer, now: number): Readonly<Record<TicketName, string>> {
  const ticket = (fields: Partial<TicketFields> = {}, by = issuer) =>
    encodeTicket(by.issue({ ...ada, validUntil: now + hour, ...fields }));
  return {
    good: ticket(),
    admin: ticket({ tokens: ["staff", "admin"] }),
    everything: ticket({
      graceAfter: now + hour / 2,
      clientAddress: "127.0.0.1",
      basicAuth: Buffer.from("ada:secret").toString("base64"),
      multifactor: true,
      issuedAt: now,
      signInId: "jJkq0f3VZbWq",
      ticketId: "9f3VZbWqjJkq",
      audience: ["wiki.example.com"],
    }),
    "name-only": ticket({ tokens: [], userData: "" }),
    expired: ticket({ validUntil: now - hour }),
    "in-grace": ticket({ graceAfter: now - hour }),
    "from-here": ticket({ clientAddress: "127.0.0.1" }),
    "from-elsewhere": ticket({ clientAddress: "192.0.2.7" }),
    "for-another-host": ticket({ audience: ["shop.example.com"] }),
    "another-key": ticket({}, createTestIssuer()),
    "somebody-else": ticket({ uid: "grace.hopper" }),
    altered: ticket().replace("ada.lovelace", "eve.lovelace"),
  };
}
