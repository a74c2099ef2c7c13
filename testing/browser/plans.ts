/** What everybody types in these tests. */
export const password = "correct horse battery staple";

/** Ada may do everything, Bob may not administer. */
export const ada = { name: "ada", password, tokens: ["staff", "admin"] } as const;
/** See {@link ada}. */
export const bob = { name: "bob", password, tokens: ["staff"] } as const;

/** In seconds. */
export const hour = 3_600;

/** Seconds since 1970. */
export function realNow(): number {
  return Math.floor(Date.now() / 1000);
}

/** An installation whose tickets are valid for two hours, the second of them in grace. */
export const plan = { users: [ada, bob], lifetimeSeconds: 2 * hour, graceSeconds: hour };
