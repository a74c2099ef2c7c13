import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { addressPrefix } from "./client-address.ts";
import { parseUserName } from "./user-name.ts";

/** So many attempts in a window of so many seconds, which begins with the first attempt. */
export interface ThrottleLimit {
  readonly attempts: number;
  readonly windowSeconds: number;
}

/** The limits that hold at the same time. */
export interface ThrottleLimits {
  readonly perUser: ThrottleLimit;
  readonly perAddress: ThrottleLimit;
  readonly global: ThrottleLimit;
}

/** Who tries to sign in, as they say themselves and as the connection says. */
export interface Attempt {
  readonly username: string;
  readonly clientAddress: string | undefined;
}

/** Whether an attempt may be made. */
export type Admission =
  | { readonly kind: "admitted" }
  | {
      readonly kind: "throttled";
      readonly limit: keyof ThrottleLimits;
      readonly retryAfterSeconds: number;
    };

/** Slows guessing down. It counts names, whether or not such a user exists. */
export interface Throttle {
  /** Counts the attempt before it is made, so that many at once do not slip through. */
  admit(attempt: Attempt): Promise<Admission>;
  /**
   * Takes the attempt back after it succeeded, and forgets the user's failures. The failures of
   * the address stay: an attacker's own account must not wipe them out.
   */
  succeeded(attempt: Attempt): Promise<void>;
}

/**
 * Creates a throttle in memory. The global limit comes first, so at most `global.attempts` new
 * keys can arise in each of its windows, and each key is dropped when its own window ends.
 */
export function createThrottle(limits: ThrottleLimits): Throttle {
  const users = limiter(limits.perUser);
  const addresses = limiter(limits.perAddress);
  const everyone = limiter(limits.global);

  return {
    async admit(attempt) {
      const address = addressKey(attempt);
      // Looking first keeps one network's flood from using up everybody's share.
      const known = await addresses.get(address);
      if (known !== null && known.consumedPoints >= addresses.points)
        return throttled("perAddress", known);
      const user = userKey(attempt);
      return (
        (await take(everyone, "global", onlyKey)) ??
        (await take(addresses, "perAddress", address)) ??
        (user === undefined ? undefined : await take(users, "perUser", user)) ?? {
          kind: "admitted",
        }
      );
    },
    async succeeded(attempt) {
      const user = userKey(attempt);
      if (user !== undefined) await users.delete(user);
      await addresses.reward(addressKey(attempt));
      await everyone.reward(onlyKey);
    },
  };
}

const onlyKey = "everyone";

function limiter({ attempts, windowSeconds }: ThrottleLimit): RateLimiterMemory {
  return new RateLimiterMemory({ points: attempts, duration: windowSeconds });
}

/** What can be no name gets no key; its network and the global limit still count it. */
function userKey({ username }: Attempt): string | undefined {
  return parseUserName(username)?.key;
}

function addressKey({ clientAddress }: Attempt): string {
  return clientAddress === undefined ? "unknown" : addressPrefix(clientAddress);
}

async function take(
  limiter: RateLimiterMemory,
  limit: keyof ThrottleLimits,
  key: string,
): Promise<Admission | undefined> {
  try {
    await limiter.consume(key);
    return undefined;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return throttled(limit, refusal);
    throw refusal;
  }
}

function throttled(limit: keyof ThrottleLimits, { msBeforeNext }: RateLimiterRes): Admission {
  return {
    kind: "throttled",
    limit,
    retryAfterSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)),
  };
}
