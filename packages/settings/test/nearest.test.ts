import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "../src/nearest.ts";

const known = ["listen", "database", "signingKey", "sites", "ticket", "trustedProxies"];

const meant = {
  lisen: "listen",
  lsiten: "listen",
  Database: "database",
  signing_key: "signingKey",
  site: "sites",
  trustedProxy: "trustedProxies",
  port: undefined,
  x: undefined,
  "": undefined,
};

for (const [word, expected] of Object.entries(meant)) {
  test(`takes "${word}" for ${expected ?? "nothing it knows"}`, () => {
    assert.equal(nearest(word, known), expected);
  });
}
