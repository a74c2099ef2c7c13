import {
  allowLegacySignatures,
  anyClientAddress,
  anyHost,
  type Circumstances,
  createIssuer,
  generatePrivateKeyPem,
  importPrivateKey,
  type SigningKey,
  type TicketFields,
} from "@countersign/ticket";

/** The moment at which all tickets of the benchmark are judged. */
export const now = 1_800_000_000;

export const at: Circumstances = {
  now,
  clientAddress: anyClientAddress,
  host: anyHost,
  confirmedKey: undefined,
};

/** The fields that the login server writes, and a word for applications. */
export function fieldsOf(index: number): TicketFields {
  return {
    uid: `user${index}`,
    validUntil: now + 3600,
    graceAfter: now + 1800,
    tokens: ["staff", "editors"],
    userData: "Ada Lovelace",
    issuedAt: now - 60,
    signInId: "Zm9vYmFyYmF6cXV4",
  };
}

export function newKey(type: "rsa" | "dsa" | "ed25519"): SigningKey {
  const bits = type === "ed25519" ? undefined : 2048;
  return importPrivateKey(generatePrivateKeyPem(type, bits), { legacy: allowLegacySignatures });
}

export function issueMany(key: SigningKey, count: number): string[] {
  const issuer = createIssuer(key);
  return Array.from({ length: count }, (_, index) => issuer.issue(fieldsOf(index)));
}
