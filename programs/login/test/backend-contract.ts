import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Backend } from "../src/backend.ts";

/** A backend in which the people of {@link backendContract} exist. */
export interface BackendUnderTest {
  readonly backend: Backend;
  /** Takes away what the backend relies on. */
  breakDown(): Promise<void>;
}

/**
 * What every {@link Backend} has to do. `open` gives one that knows `ada` (password
 * `correct horse`, tokens `staff` and `ops`) and the disabled `bob` (same password).
 */
export function backendContract(
  name: string,
  open: (test: TestContext) => Promise<BackendUnderTest>,
): void {
  test(`${name}: accepts a person with the right password, and says who it is`, async (context) => {
    const { backend } = await open(context);
    const answer = await backend.authenticate({ username: "ada", password: "correct horse" });
    assert.ok(answer.kind === "accepted");
    assert.equal(answer.person.name, "ada");
    assert.deepEqual(answer.person.tokens, ["staff", "ops"]);
    await backend.close();
  });

  const refused = [
    ["a wrong password", "ada", "correct horsf", "wrong-password", "ada"],
    ["an empty password", "ada", "", "wrong-password", "ada"],
    ["an over-long password", "ada", "x".repeat(100_000), "wrong-password", "ada"],
    ["an unknown user", "eve", "correct horse", "unknown-user", undefined],
    ["no name", "", "correct horse", "unknown-user", undefined],
    ["a name that can be none", "ada\0;uid=root", "correct horse", "unknown-user", undefined],
    ["every name at once", "*", "correct horse", "unknown-user", undefined],
    ["a directory filter", "ada)(uid=*", "correct horse", "unknown-user", undefined],
    ["a disabled user", "bob", "correct horse", "disabled", "bob"],
    ["a disabled user's wrong password", "bob", "wrong", "wrong-password", "bob"],
  ] as const;

  for (const [what, username, password, refusal, knownName] of refused) {
    test(`${name}: refuses ${what}, and names only who exists`, async (context) => {
      const { backend } = await open(context);
      const answer = await backend.authenticate({ username, password });
      assert.deepEqual(answer, { kind: "refused", refusal, knownName });
      await backend.close();
    });
  }

  test(`${name}: finds who may renew a ticket, and nobody else`, async (context) => {
    const { backend } = await open(context);
    assert.deepEqual((await backend.find("ada"))?.tokens, ["staff", "ops"]);
    assert.equal(await backend.find("bob"), undefined);
    assert.equal(await backend.find("eve"), undefined);
    assert.equal(await backend.find(""), undefined);
    await backend.close();
  });

  test(`${name}: throws when it cannot tell`, async (context) => {
    const { backend, breakDown } = await open(context);
    await breakDown();
    await assert.rejects(backend.authenticate({ username: "ada", password: "correct horse" }));
    await assert.rejects(backend.authenticate({ username: "eve", password: "correct horse" }));
    await assert.rejects(backend.find("ada"));
  });
}
