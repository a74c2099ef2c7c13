import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { recogniseSettings } from "../src/recognise-settings.ts";

const schemas = {
  login: z.strictObject({ listen: z.string(), sites: z.array(z.string()), signingKey: z.string() }),
  gateway: z.strictObject({ http: z.string(), sites: z.array(z.string()), keys: z.string() }),
};

const texts = {
  "listen: 1\nsites: []": "login",
  "http: 1\nsites: []": "gateway",
  "keys: wrong\nsignngKey: 1": "gateway",
  "sites: []": undefined,
  "other: 1": undefined,
  "": undefined,
  "- a": undefined,
  "a: [": undefined,
};

for (const [text, kind] of Object.entries(texts)) {
  test(`takes ${JSON.stringify(text)} for ${kind ?? "neither"}`, () => {
    assert.equal(recogniseSettings(text, schemas), kind);
  });
}
