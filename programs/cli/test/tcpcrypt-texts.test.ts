import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidArgumentError } from "commander";
import fc from "fast-check";
import { ageText, bytesText } from "../src/tcpcrypt/amounts.ts";
import { tableLines } from "../src/tcpcrypt/connection-lines.ts";
import { isEnd, parseEndpoint, writeEndpoint } from "../src/tcpcrypt/endpoint-text.ts";

const amounts: Record<number, string> = {
  0: "0 B",
  999: "999 B",
  1000: "1.0 KB",
  9940: "9.9 KB",
  9960: "10 KB",
  999499: "999 KB",
  999500: "1.0 MB",
  1400000: "1.4 MB",
  4300000000: "4.3 GB",
  9007199254740991: "9.0 PB",
};

test("writes amounts of data short", () => {
  for (const [bytes, text] of Object.entries(amounts)) assert.equal(bytesText(Number(bytes)), text);
  fc.assert(fc.property(fc.maxSafeNat(), (bytes) => bytesText(bytes).length <= 6));
});

test("writes ages in the unit that tells enough", () => {
  for (const [seconds, text] of [
    [-3, "0 s"],
    [119, "119 s"],
    [120, "2 min"],
    [7200, "2 h"],
    [172_800, "2 d"],
  ] as const) {
    assert.equal(ageText(seconds), text);
  }
});

test("puts columns below each other, and nothing after the last", () => {
  assert.deepEqual(
    tableLines([
      ["a", "", "c"],
      ["aaa", "b", ""],
    ]),
    ["a       c", "aaa  b"],
  );
  assert.deepEqual(tableLines([]), []);
});

test("reads the ends that it writes", () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6());
  fc.assert(
    fc.property(address, fc.integer({ min: 1, max: 65_535 }), (address, port) => {
      const end = parseEndpoint(writeEndpoint({ address, port }));
      assert.equal(end.port, port);
      assert.deepEqual(parseEndpoint(`[${address}]:${port}`), end);
      assert.ok(isEnd({ address: end.address, port }, parseEndpoint(address)));
      assert.ok(!isEnd({ address: end.address, port: port - 1 }, end));
    }),
  );
});

test("takes any text for an end, or refuses it", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseEndpoint(text);
      } catch (error) {
        assert.ok(error instanceof InvalidArgumentError);
      }
    }),
  );
});
