import assert from "node:assert/strict";
import { test } from "node:test";
import { accountOf } from "../../../src/supervisor/workers/account.ts";

/** A system whose one user has this number. */
function machineWith(uid: number) {
  return {
    run(_command: string, args: readonly string[]): string {
      if (args.at(-1) !== "ada") throw new Error("no such user");
      return args[0] === "-u" ? `${uid}\n` : "100\n";
    },
  };
}

test("finds a user with its group", () => {
  assert.deepEqual(accountOf(machineWith(1000), "ada"), { name: "ada", uid: 1000, gid: 100 });
});

test("refuses root, whatever it is called, and who is not there", () => {
  assert.throws(() => accountOf(machineWith(0), "ada"), { code: "unknown-account" });
  assert.throws(() => accountOf(machineWith(1000), "eve"), { code: "unknown-account" });
});
