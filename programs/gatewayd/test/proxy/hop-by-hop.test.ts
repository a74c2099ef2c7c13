import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { endToEnd, pairs, without } from "../../src/proxy/hop-by-hop.ts";

test("drops what belongs to one connection, in any spelling of its case", () => {
  const names = ["Connection", "KEEP-ALIVE", "te", "Transfer-Encoding", "Upgrade", "Expect"];
  const more = ["Proxy-Authorization", "Proxy-Connection", "Trailer", "HTTP2-Settings"];
  const headers = [...names, ...more].flatMap((name) => [name, "x"]);
  assert.deepEqual(endToEnd([...headers, "Accept", "*/*"]), ["Accept", "*/*"]);
});

test("drops what Connection names, be it named twice or oddly", () => {
  const headers = ["Connection", "close, X-Once", "X-Once", "1", "x-twice", "2", "Keep", "3"];
  assert.deepEqual(endToEnd([...headers, "connection", " ,X-TWICE,"]), ["Keep", "3"]);
});

test("keeps everything else as it came: order, case, and repetitions", () => {
  const value = fc.string({ maxLength: 5 });
  const header = fc.tuple(fc.constantFrom("Set-Cookie", "ACCEPT", "x-y"), value);
  fc.assert(
    fc.property(fc.array(header), (list) => {
      assert.deepEqual(endToEnd(list.flat()), list.flat());
      assert.deepEqual([...pairs(list.flat())], list);
    }),
  );
});

test("asks about names in lower case", () => {
  assert.deepEqual(
    without(["Host", "a", "X-Y", "b"], (name) => name === "host"),
    ["X-Y", "b"],
  );
});
