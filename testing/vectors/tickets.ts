import { readFileSync } from "node:fs";
import type { Digest, SignatureAlgorithm } from "@countersign/ticket";

/** A signed ticket that was not made by us; see README.md in this folder. */
export interface TicketVector {
  readonly name: string;
  readonly madeBy: string;
  readonly algorithm: SignatureAlgorithm;
  /** What the key is imported with, for RSA and DSA. */
  readonly digest?: Digest;
  /** SubjectPublicKeyInfo in PEM. */
  readonly publicKey: string;
  /** The fields of the payload in their order, by their names on the wire. */
  readonly fields: Readonly<Record<string, string>>;
  /** The ticket as it stands in a cookie. */
  readonly cookieValue: string;
}

/** All of tickets.json. */
export const ticketVectors: readonly TicketVector[] = JSON.parse(
  readFileSync(new URL("tickets.json", import.meta.url), "utf8"),
);
