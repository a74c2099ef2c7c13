import assert from "node:assert/strict";
import { test } from "node:test";
import { isSameHost } from "../src/same-host.ts";

const same = [
  ["a.example", "A.example."],
  ["a.example:80", "a.example"],
  ["[::1]", "[0:0:0:0:0:0:0:1]"],
  ["", undefined],
] as const;
const others = [
  ["a.example", "b.example"],
  ["a.example:443", "a.example"],
  ["a.example", "a.example, a.example"],
  ["a.example", ""],
  ["x@a.example", "y@a.example"],
] as const;

test("compares hosts as origins are compared", () => {
  for (const [one, other] of same) assert.equal(isSameHost("http", one, other), true, one);
  for (const [one, other] of others) assert.equal(isSameHost("http", one, other), false, one);
});
