import assert from "node:assert/strict";
import { test } from "node:test";
import { isInstalled } from "../setup.js";

const wanted = {
  "": { version: "0.1.0" },
  "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
  "node_modules/a-other-platform": { version: "1.0.0", integrity: "sha512-o", optional: true },
  "node_modules/@countersign/ticket": { link: true },
};
const present = {
  "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
  "node_modules/@countersign/ticket": { link: true },
};

test("is content with the locked packages, without those of other platforms", () => {
  assert.equal(isInstalled(wanted, present), true);
});

const outdated = {
  "nothing is installed": {},
  "a package is missing": { "node_modules/@countersign/ticket": { link: true } },
  "a package has another version": {
    ...present,
    "node_modules/a": { version: "1.0.1", integrity: "sha512-a" },
  },
  "a package has other bytes": {
    ...present,
    "node_modules/a": { version: "1.0.0", integrity: "sha512-b" },
  },
};

for (const [reason, found] of Object.entries(outdated)) {
  test(`installs when ${reason}`, () => {
    assert.equal(isInstalled(wanted, found), false);
  });
}
