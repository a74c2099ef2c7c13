import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { oddNamesIn, RawHeaders } from "../../src/questions/raw-headers.ts";

test("finds a header in any case, and none that only looks like it", () => {
  const headers = new RawHeaders(["Accept-Language", "de", "ACCEPT", "text/html", "X", "1"]);
  assert.equal(headers.get("accept"), "text/html");
  assert.equal(headers.get("accept-language"), "de");
  assert.equal(headers.get("acceptx"), undefined);
  assert.equal(headers.get("y"), undefined);
});

test("tells an empty header from none", () => {
  assert.equal(new RawHeaders(["Cookie", ""]).get("cookie"), "");
});

test("joins fields of one name, cookies as cookies", () => {
  const raw = ["Cookie", "a=1", "Accept", "text/html", "cookie", "b=2", "accept", "*/*"];
  const headers = new RawHeaders(raw);
  assert.equal(headers.get("cookie"), "a=1; b=2");
  assert.equal(headers.get("accept"), "text/html, */*");
});

test("names the headers whose names are odd", () => {
  const odd = ["Remote_User", "Remote.User", "Remote~User", "Remote'User"];
  const raw = [...odd, "Accept", "X-1"].flatMap((name) => [name, "b_c"]);
  assert.deepEqual(oddNamesIn(raw), odd);
});

test("reads what the web's own headers read", () => {
  const name = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,6}$/);
  const text = fc.stringMatching(/^[!-~]{0,6}$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(name, text), { maxLength: 12 }), name, (pairs, asked) => {
      const web = new Headers(pairs);
      const value = new RawHeaders(pairs.flat()).get(asked.toLowerCase());
      assert.equal(value, web.get(asked) ?? undefined);
      const odd = pairs.map(([name]) => name).filter((name) => /[^A-Za-z0-9-]/.test(name));
      assert.deepEqual(oddNamesIn(pairs.flat()), odd);
    }),
  );
});
