import type { EpochSeconds } from "@countersign/ticket";

/** A person who may sign in with a password of the login server's own. */
export interface User {
  /** As it goes into tickets. Another spelling of it by case finds the same user. */
  readonly name: string;
  readonly tokens: readonly string[];
  /** A disabled user keeps name and password, but neither signs in nor renews a ticket. */
  readonly disabled: boolean;
  /** How long this user's tickets are valid; `undefined`: as the settings say. */
  readonly lifetimeSeconds: number | undefined;
  /** How long before its end a ticket is due for renewal; `undefined`: as the settings say. */
  readonly graceSeconds: number | undefined;
  /** Tickets issued earlier are not renewed. */
  readonly passwordChangedAt: EpochSeconds;
}

/** A user and the hash of the password, as the store keeps them. */
export interface StoredUser extends User {
  readonly passwordHash: string;
}

/**
 * Remembers users under the `key` of their name ({@link UserName}). It checks nothing; what it is
 * given has been parsed. Every method throws a `LoginError` when the store cannot tell.
 */
export interface UserStore {
  find(key: string): Promise<StoredUser | undefined>;
  /** In the order of their keys. */
  list(): Promise<readonly User[]>;
  /** `false` if the key is taken; nothing changes then. */
  insert(key: string, user: StoredUser): Promise<boolean>;
  /** `false` if there is no such user. Members that `changes` lacks stay as they are. */
  update(key: string, changes: UserChanges): Promise<boolean>;
  /** `false` if there was no such user. */
  remove(key: string): Promise<boolean>;
  close(): Promise<void>;
}

/** What may change about a stored user; the name does not. */
export type UserChanges = Partial<Omit<StoredUser, "name">>;
