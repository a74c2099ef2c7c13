import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createFactReader } from "../../src/questions/fact-reader.ts";

const names = ["X-Fact-One", "X-Fact-Two", "Host"];
const read = createFactReader(names);

test("finds facts in any case, and nothing of a name that is like theirs", () => {
  const raw = ["host", "h", "X-FACT-ONE", "1", "X_Fact_Two", "no", "X-Fact-Tow", "no"];
  assert.deepEqual(read(raw), ["1", undefined, "h"]);
});

test("believes none of two, whatever their case and value", () => {
  for (const second of ["X-Fact-One", "x-fact-one"]) {
    assert.throws(() => read(["X-Fact-One", "", second, "2"]), { code: "repeated-fact" });
  }
});

test("reads exactly what was written, in any order and among other headers", () => {
  const facts = fc.tuple(...names.map(() => fc.option(fc.string(), { nil: undefined })));
  const others = fc.array(fc.tuple(fc.stringMatching(/^Y-[a-z]{1,9}$/), fc.string()));
  fc.assert(
    fc.property(facts, others, fc.infiniteStream(fc.nat()), (facts, others, random) => {
      const said = facts.flatMap((value, index): [string, string][] =>
        value === undefined ? [] : [[names[index] ?? "", value]],
      );
      const shuffled = [...said, ...others]
        .map((pair) => ({ pair, at: random.next().value }))
        .toSorted((one, other) => one.at - other.at)
        .flatMap(({ pair }) => pair);
      assert.deepEqual(read(shuffled), facts);
    }),
  );
});
