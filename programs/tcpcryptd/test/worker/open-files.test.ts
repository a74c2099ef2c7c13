import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionsWithin } from "../../src/worker/open-files.ts";

function limits(files: string): string {
  return (
    "Limit                     Soft Limit           Hard Limit           Units     \n" +
    "Max processes             95000                95000                processes \n" +
    `Max open files            1024                 ${files}                files     \n`
  );
}

const cases: readonly [wanted: number, files: string, connections: number][] = [
  [20_000, "1048576", 20_000],
  [20_000, "20000", 9936],
  [20_000, "unlimited", 20_000],
  [20_000, "64", 1],
  [5, "20000", 5],
];

for (const [wanted, files, connections] of cases) {
  test(`allows ${connections} connections of ${wanted} with ${files} files`, () => {
    assert.equal(connectionsWithin(wanted, limits(files)), connections);
  });
}
