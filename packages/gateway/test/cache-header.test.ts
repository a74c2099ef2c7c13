import assert from "node:assert/strict";
import { test } from "node:test";
import { isCacheHeader } from "../src/cache-header.ts";

const forCaches = [
  ...["Cache-Control", "cache-control", "Expires", "Surrogate-Control", "Edge-Control"],
  ...["CDN-Cache-Control", "Cloudflare-CDN-Cache-Control", "X-LiteSpeed-Cache-Control"],
  ...["X-Accel-Expires"],
];
const others = ["Set-Cookie", "Vary", "X-Cache", "Access-Control-Allow-Origin", "Expires-In"];

test("knows the headers by which caches are told how long to keep an answer", () => {
  for (const name of forCaches) assert.equal(isCacheHeader(name), true, name);
  for (const name of others) assert.equal(isCacheHeader(name), false, name);
});
