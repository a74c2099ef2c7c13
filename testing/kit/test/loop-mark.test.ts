import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutLoopMark, withoutMarkInBack } from "../loop-mark.ts";

const mark = "countersign=tro8w0.1.oSywRMUtGbW0AgK5u3Lktw";

test("takes the mark out of an address, wherever it stands among the arguments", () => {
  const addresses = [
    [`http://a.example/?${mark}`, "http://a.example/"],
    [`http://a.example/b?c=d&${mark}`, "http://a.example/b?c=d"],
    [`http://a.example/b?${mark}&c=d`, "http://a.example/b?c=d"],
    [`http://a.example/b?c=d&${mark}&e=f`, "http://a.example/b?c=d&e=f"],
  ] as const;
  for (const [marked, address] of addresses) {
    assert.deepEqual(withoutLoopMark(marked), { address, isMarked: true });
  }
});

test("leaves an address alone that has none", () => {
  for (const address of [
    "http://a.example/b?c=d",
    "http://a.example/b?countersign=1",
    `http://a.example/b?x${mark}`,
  ]) {
    assert.deepEqual(withoutLoopMark(address), { address, isMarked: false });
  }
});

test("takes the mark out of the way back of a redirect, and changes nothing else", () => {
  const start = "http://sso.example/login?a=%2b&back=";
  const back = "http://a.example/%C3%BC?c=%26";
  const location = start + encodeURIComponent(back);
  const marked = start + encodeURIComponent(`${back}&${mark}`);
  assert.deepEqual(withoutMarkInBack(marked), { location, isMarked: true });
  assert.deepEqual(withoutMarkInBack(location), { location, isMarked: false });
  assert.deepEqual(withoutMarkInBack(`http://a.example/?${mark}`), {
    location: `http://a.example/?${mark}`,
    isMarked: false,
  });
});
