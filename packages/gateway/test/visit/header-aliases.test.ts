import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { aliasAmong, isOddHeaderName } from "../../src/visit/header-aliases.ts";

const identity = new Set(["remote-user", "x-groups"]);

for (const name of [
  "Remote_User",
  "remote.user",
  "REMOTE_USER",
  "X_Groups",
  "X_Forwarded_Proto",
  "X-Forwarded_For",
  "X_Countersign_Uri",
  "X.Real.IP",
  "x_original_url",
  "Remote~User",
  "Remote'User",
  "X`Forwarded|For",
  "x+real*ip",
]) {
  test(`takes ${name} for an alias`, () => assert.equal(aliasAmong([name], identity), name));
}

for (const name of [
  "Remote-User",
  "My_Header",
  "X-Forwarded-For",
  "User_Agent",
  "Remote_Users",
  "~Remote-User",
]) {
  test(`takes ${name} for none`, () => assert.equal(aliasAmong([name], identity), undefined));
}

// What RFC 9110 §5.6.2 lets names be made of, but for letters, digits and `-`.
const marks = [..."!#$%&'*+.^_`|~"];

for (const mark of marks) {
  test(`takes no name for ours that has ${mark} in place of a -`, () => {
    const name = `X${mark}Groups`;
    assert.equal(isOddHeaderName(name), true);
    assert.equal(aliasAmong([name], identity), name);
  });
}

test("finds all names of which CGI makes one of ours", () => {
  const variable = (name: string) => name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
  const mark = fc.constantFrom("-", ...marks);
  const ours = fc.constantFrom(...identity);
  fc.assert(
    fc.property(ours, fc.array(mark, { minLength: 2, maxLength: 2 }), (name, marks) => {
      const written = name.split("-").reduce((left, right, at) => left + (marks[at] ?? "") + right);
      assert.equal(variable(written), variable(name));
      assert.equal(isOddHeaderName(written), written !== name);
      assert.equal(aliasAmong([written], identity), written === name ? undefined : written);
    }),
  );
});
