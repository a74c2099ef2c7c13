import type { EpochSeconds } from "@countersign/ticket";

/** What a person types in to show who they are. Untrusted, and not trimmed. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Someone whom a backend knows, as far as a ticket says it. */
export interface Person {
  /** The name that goes into tickets, in the backend's own spelling. */
  readonly name: string;
  readonly tokens: readonly string[];
  /** `undefined`: as the settings say. */
  readonly lifetimeSeconds: number | undefined;
  readonly graceSeconds: number | undefined;
  /** Tickets from before it are not renewed; `undefined`: the backend does not know. */
  readonly credentialsChangedAt: EpochSeconds | undefined;
}

/** Why a backend does not accept someone; for the audit log, never for the visitor. */
export type AuthenticationRefusal = "unknown-user" | "wrong-password" | "disabled";

/** A backend's answer to credentials. */
export type Authentication =
  | { readonly kind: "accepted"; readonly person: Person }
  | {
      readonly kind: "refused";
      readonly refusal: AuthenticationRefusal;
      /** The name, only if such a user exists: people type passwords into the name field. */
      readonly knownName: string | undefined;
    };

/**
 * Knows people and checks their credentials.
 *
 * A wrong name, a wrong password and a disabled user are refused alike, and take the same time.
 * Both methods throw when they cannot tell (directory down, queue full); the visitor then sees
 * 503 and is never let in. Both may be called concurrently and repeatedly.
 */
export interface Backend {
  authenticate(credentials: Credentials): Promise<Authentication>;
  /** The person behind a ticket about to be renewed; `undefined` if gone or no longer allowed. */
  find(name: string): Promise<Person | undefined>;
  close(): Promise<void>;
}
