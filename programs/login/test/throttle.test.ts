import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { createThrottle } from "../src/throttle.ts";

const limits = {
  perUser: { attempts: 3, windowSeconds: 900 },
  perAddress: { attempts: 5, windowSeconds: 900 },
  perIpv6Prefix: { attempts: 6, windowSeconds: 900 },
  global: { attempts: 8, windowSeconds: 60 },
};

/** A throttle whose time stands still, and what makes it go on. */
function throttleAt(context: TestContext) {
  context.mock.timers.enable({ apis: ["Date", "setTimeout"], now: 1_000_000 });
  const throttle = createThrottle(limits);
  return {
    pass: (seconds: number) => context.mock.timers.tick(seconds * 1000),
    succeeded: throttle.succeeded,
    takeBack: throttle.takeBack,
    async admit(username: string, clientAddress: string | undefined) {
      const admission = await throttle.admit({ username, clientAddress });
      return admission.kind === "admitted"
        ? "admitted"
        : `${admission.limit} ${admission.retryAfterSeconds}`;
    },
  };
}

test("a name is held after its failures, from wherever they came, whether it exists or not", async (context) => {
  const { admit, pass } = throttleAt(context);
  for (const network of [1, 2, 3])
    assert.equal(await admit("ada", `10.0.${network}.1`), "admitted");
  assert.equal(await admit("ADA", "10.0.4.1"), "perUser 900");
  pass(899);
  assert.equal(await admit("ada", "10.0.5.1"), "perUser 1");
  pass(1);
  assert.equal(await admit("ada", "10.0.6.1"), "admitted");
});

test("a network is held after its failures, whatever names it tries", async (context) => {
  const { admit } = throttleAt(context);
  for (const name of ["a", "b", "c", "d", "not a name"]) {
    assert.equal(await admit(name, "192.0.2.1"), "admitted");
  }
  assert.equal(await admit("e", "192.0.2.99"), "perAddress 900");
  assert.equal(await admit("e", "192.0.3.1"), "admitted");
});

test("IPv6 counts by /56, and clients without an address count together", async (context) => {
  const { admit, pass } = throttleAt(context);
  for (const index of [1, 2, 3, 4, 5]) {
    assert.equal(await admit(`a${index}`, `2001:db8:0:1${index}::1`), "admitted");
  }
  assert.equal(await admit("b", "2001:db8:0:1f::9"), "perAddress 900");
  pass(60);
  for (const index of [1, 2, 3, 4, 5]) {
    assert.equal(await admit(`c${index}`, undefined), "admitted");
  }
  assert.equal(await admit("d", undefined), "perAddress 900");
});

test("a customer with many /56 is held as one by the /48, which keeps the others' share", async (context) => {
  const { admit } = throttleAt(context);
  for (let index = 0; index < 100; index++) {
    const answer = await admit(`user${index}`, `2001:db8:7:${index}00::1`);
    assert.equal(answer, index < 6 ? "admitted" : "perIpv6Prefix 900");
  }
  assert.equal(await admit("ada", "2001:db8:8::1"), "admitted");
  assert.equal(await admit("bob", "192.0.2.1"), "admitted");
});

test("an attempt in which no password was checked can be taken back, and leaves nothing behind", async (context) => {
  const { admit, takeBack } = throttleAt(context);
  for (const clientAddress of ["192.0.2.1", "2001:db8::1", undefined]) {
    for (let turn = 0; turn < 20; turn++) {
      assert.equal(await admit("ada", clientAddress), "admitted");
      await takeBack({ username: "ada", clientAddress });
    }
  }
  for (const network of [1, 2, 3]) {
    assert.equal(await admit("ada", `10.0.${network}.1`), "admitted");
  }
  assert.equal(await admit("ada", "10.0.4.1"), "perUser 900");
});

test("everyone is held when all networks together try too much, and soon let in again", async (context) => {
  const { admit, pass } = throttleAt(context);
  for (let index = 0; index < 8; index++) {
    assert.equal(await admit(`user${index}`, `10.${index}.0.1`), "admitted");
  }
  assert.equal(await admit("ada", "192.0.2.1"), "global 60");
  pass(60);
  assert.equal(await admit("ada", "192.0.2.1"), "admitted");
});

test("a network that is held does not use up everybody's share", async (context) => {
  const { admit } = throttleAt(context);
  for (let index = 0; index < 100; index++) await admit(`user${index}`, "192.0.2.1");
  assert.equal(await admit("ada", "198.51.100.1"), "admitted");
});

test("success forgets the user's failures and its own attempt, not the network's failures", async (context) => {
  const { admit, succeeded } = throttleAt(context);
  const attempt = { username: "ada", clientAddress: "192.0.2.1" };
  await admit("ada", "192.0.2.1");
  await admit("ada", "192.0.2.1");
  await admit("Ada", "192.0.2.1");
  await succeeded(attempt);
  assert.equal(await admit("ada", "192.0.2.1"), "admitted");
  await succeeded(attempt);
  for (const name of ["x", "y", "z"]) assert.equal(await admit(name, "192.0.2.1"), "admitted");
  assert.equal(await admit("w", "192.0.2.1"), "perAddress 900");
});

test("attempts made at the same moment do not slip through", async (context) => {
  const { admit } = throttleAt(context);
  const all = await Promise.all(Array.from({ length: 20 }, () => admit("ada", "192.0.2.1")));
  assert.equal(all.filter((answer) => answer === "admitted").length, limits.perUser.attempts);
});

test("the last 72 bits of an IPv6 address change nothing, and any bit before them does", async (context) => {
  context.mock.timers.enable({ apis: ["Date", "setTimeout"], now: 1_000_000 });
  const once = { attempts: 1, windowSeconds: 900 };
  const many = { attempts: 1_000, windowSeconds: 900 };
  const groups = fc.array(fc.integer({ min: 1, max: 0xffff }), { minLength: 8, maxLength: 8 });
  const addressOf = (numbers: readonly number[]) =>
    numbers.map((number) => number.toString(16)).join(":");
  await fc.assert(
    fc.asyncProperty(groups, fc.nat(127), async (groups, bit) => {
      const { admit } = createThrottle({
        perUser: many,
        perAddress: once,
        perIpv6Prefix: many,
        global: many,
      });
      const neighbour = groups.map((group, index) =>
        index === bit >> 4 ? group ^ (0x8000 >> (bit & 15)) : group,
      );
      await admit({ username: "ada", clientAddress: addressOf(groups) });
      const { kind } = await admit({ username: "bob", clientAddress: addressOf(neighbour) });
      assert.equal(kind, bit < 56 ? "admitted" : "throttled");
    }),
  );
});
