import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  collectWords,
  parseBits,
  parseCookieName,
  parseDuration,
  parseHost,
  parseTime,
} from "../src/option-values.ts";

test("reads durations in their units", () => {
  const durations = { "90": 90, "90s": 90, "15m": 900, "8h": 28_800, "7d": 604_800, "0": 0 };
  for (const [text, seconds] of Object.entries(durations)) {
    assert.equal(parseDuration(text), seconds);
  }
});

test("reads times as seconds or in UTC", () => {
  assert.equal(parseTime("2000000000"), 2_000_000_000);
  assert.equal(parseTime("2033-05-18T03:33:20Z"), 2_000_000_000);
});

const refused = {
  parseDuration: [parseDuration, ["", "8 h", "-1", "1.5h", "8H", "1w", "9999999999"]],
  parseTime: [parseTime, ["", "-1", "2033-05-18", "2033-13-01T00:00:00Z", "2033-05-18T03:33:20"]],
  parseHost: [parseHost, ["", "a b", "https://a", "a:80", "a..b", "ä.example"]],
  parseCookieName: [parseCookieName, ["", "a b", "a=b", "a;b", "ä", "a".repeat(65)]],
  parseBits: [parseBits, ["", "1", "2k", "-2048", "2048.5"]],
} satisfies Record<string, [(text: string) => unknown, string[]]>;

for (const [name, [parse, texts]] of Object.entries(refused)) {
  test(`${name} refuses what it cannot read`, () => {
    for (const text of texts) assert.throws(() => parse(text), /Expected/);
  });
}

test("a time written in UTC reads as the same second", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
      const text = new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
      assert.equal(parseTime(text), seconds);
    }),
  );
});

test("collects words from commas and repetition", () => {
  assert.deepEqual(collectWords("c,,d", collectWords("a,b")), ["a", "b", "c", "d"]);
});
