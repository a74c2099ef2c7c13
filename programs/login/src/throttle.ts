import { addressBits } from "@countersign/ticket";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
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
  readonly perIpv6Prefix: ThrottleLimit;
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
  /** Takes an attempt back in which no password was checked. */
  takeBack(attempt: Attempt): Promise<void>;
}

/**
 * Creates a throttle in memory. The global limit comes first, so at most `global.attempts` new
 * keys can arise in each of its windows, and each key is dropped when its own window ends.
 */
export function createThrottle(limits: ThrottleLimits): Throttle {
  const users = limiter(limits.perUser);
  const addresses = limiter(limits.perAddress);
  const prefixes = limiter(limits.perIpv6Prefix);
  const everyone = limiter(limits.global);

  return {
    async admit(attempt) {
      const [address, prefix] = [addressKey(attempt), ipv6PrefixKey(attempt)];
      return (
        // Looking first keeps one network's flood from using up everybody's share.
        (await look(addresses, "perAddress", address)) ??
        (await look(prefixes, "perIpv6Prefix", prefix)) ??
        (await take(everyone, "global", onlyKey)) ??
        (await take(addresses, "perAddress", address)) ??
        (await take(prefixes, "perIpv6Prefix", prefix)) ??
        (await take(users, "perUser", userKey(attempt))) ?? { kind: "admitted" }
      );
    },
    async succeeded(attempt) {
      const user = userKey(attempt);
      if (user !== undefined) await users.delete(user);
      await giveBackNetwork(attempt);
    },
    async takeBack(attempt) {
      await giveBack(users, userKey(attempt));
      await giveBackNetwork(attempt);
    },
  };

  async function giveBackNetwork(attempt: Attempt): Promise<void> {
    await giveBack(addresses, addressKey(attempt));
    await giveBack(prefixes, ipv6PrefixKey(attempt));
    await giveBack(everyone, onlyKey);
  }
}

const onlyKey = "everyone";

function limiter({ attempts, windowSeconds }: ThrottleLimit): RateLimiterMemory {
  return new RateLimiterMemory({ points: attempts, duration: windowSeconds });
}

/** What can be no name gets no key; its network and the global limit still count it. */
function userKey({ username }: Attempt): string | undefined {
  return parseUserName(username)?.key;
}

/** The network that one client can be expected to have for itself: /24 of IPv4, /56 of IPv6. */
function addressKey({ clientAddress }: Attempt): string {
  const bits = clientAddress === undefined ? undefined : addressBits(clientAddress);
  return bits?.slice(0, bits.length === 32 ? 24 : 56) ?? "unknown";
}

/** The network that many providers give to one customer: /48 of IPv6. */
function ipv6PrefixKey({ clientAddress }: Attempt): string | undefined {
  const bits = clientAddress === undefined ? undefined : addressBits(clientAddress);
  return bits?.length === 128 ? bits.slice(0, 48) : undefined;
}

async function look(
  limiter: RateLimiterMemory,
  limit: keyof ThrottleLimits,
  key: string | undefined,
): Promise<Admission | undefined> {
  const known = key === undefined ? null : await limiter.get(key);
  const isUsedUp = known !== null && known.consumedPoints >= limiter.points;
  return isUsedUp ? throttled(limit, known) : undefined;
}

async function take(
  limiter: RateLimiterMemory,
  limit: keyof ThrottleLimits,
  key: string | undefined,
): Promise<Admission | undefined> {
  if (key === undefined) return undefined;
  try {
    await limiter.consume(key);
    return undefined;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return throttled(limit, refusal);
    throw refusal;
  }
}

/**
 * Nothing is kept of a key without failures, or taken-back attempts would fill the memory. One that
 * is taken back after its window has ended counts for the next one: so many more can be made there
 * as sign-ins succeeded across the border.
 */
async function giveBack(limiter: RateLimiterMemory, key: string | undefined): Promise<void> {
  if (key === undefined) return;
  const left = await limiter.reward(key);
  if (left.consumedPoints <= 0) await limiter.delete(key);
}

function throttled(limit: keyof ThrottleLimits, { msBeforeNext }: RateLimiterRes): Admission {
  return {
    kind: "throttled",
    limit,
    retryAfterSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)),
  };
}
