import { hash, verify } from "@node-rs/argon2";
import type { PasswordQueue } from "./password-queue.ts";

/** The most bytes of a password in UTF-8. */
export const maxPasswordBytes = 1024;

/** The fewest characters of a new password. */
const minPasswordCharacters = 8;

/** Hashes passwords and compares them with hashes, outside the event loop. */
export interface Passwords {
  /** The hash in PHC form. The password must be an {@link isAcceptablePassword} one. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password belongs to the hash. Without a hash it takes as long and answers `false`,
   * so that nobody can measure which users exist. A password that is too long is refused.
   */
  matches(hash: string | undefined, password: string): Promise<boolean>;
}

// OWASP's parameters for argon2id: 19 MiB, two passes, one lane. argon2id is the library's default.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

// Made with the parameters above, from a password that nobody has kept.
const nobody =
  "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/** Creates the one user of argon2id. All its work goes through `queue`. */
export function createPasswords(queue: PasswordQueue): Passwords {
  return {
    hash: (password) => queue.run(() => hash(normalise(password), cost)),
    async matches(stored, password) {
      const normal = normalise(password);
      const fits = Buffer.byteLength(normal) <= maxPasswordBytes;
      // What cannot be right is compared all the same, so that it takes as long.
      const isSame = await queue.run(() => verify(stored ?? nobody, fits ? normal : ""));
      return isSame && fits && stored !== undefined;
    },
  };
}

/** Whether a password may be set: long enough to resist guessing, short enough to be hashed. */
export function isAcceptablePassword(password: string): boolean {
  const characters = [...normalise(password)].length;
  return (
    characters >= minPasswordCharacters &&
    Buffer.byteLength(normalise(password)) <= maxPasswordBytes
  );
}

// Keyboards differ in how they compose accents; the person cannot see it.
function normalise(password: string): string {
  return password.normalize("NFC");
}
