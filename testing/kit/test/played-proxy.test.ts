import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf, listIn, without } from "../played-proxy.ts";

const yaml = `
patterns:
  patterns:
    - exact: one
    - contains: "_"
names:
  - Remote-User
  - Auth-Type
more: 1
`;

test("reads the items of a list, and those of one kind", () => {
  assert.deepEqual(listIn(yaml, "names"), ["Remote-User", "Auth-Type"]);
  assert.deepEqual(listIn(yaml, "patterns", "exact: "), ["one"]);
  assert.deepEqual(listIn(yaml, "patterns", "contains: "), ["_"]);
});

test("fails where an example has lost what is to be played", () => {
  assert.throws(() => listIn(yaml, "others"), /no list others/);
  assert.throws(() => listIn(yaml, "names", "exact: "), /no list names of exact/);
});

test("takes fields by name, in any case", () => {
  const fields = fieldsOf({ rawHeaders: ["Host", "a", "Cookie", "b", "cookie", "c"] });
  assert.deepEqual(fields, [
    ["Host", "a"],
    ["Cookie", "b"],
    ["cookie", "c"],
  ]);
  assert.deepEqual(without(fields, ["cookie"]), [["Host", "a"]]);
});
