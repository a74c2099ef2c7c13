import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { maxFormBytes, only, readForm } from "../src/visit.ts";

const type = { "content-type": "application/x-www-form-urlencoded" };

function post(
  body: NonNullable<RequestInit["body"]>,
  headers: NonNullable<RequestInit["headers"]> = type,
): Request {
  return new Request("http://localhost/login", { method: "POST", body, headers, duplex: "half" });
}

function streamOf(...pieces: string[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(pieces.map((piece) => new TextEncoder().encode(piece)));
}

test("reads a form, also in pieces that cut a character in two", async () => {
  const form = await readForm(post(streamOf("username=J%C3", "%BCrgen&back=", "a+b")));
  assert.ok(form instanceof URLSearchParams);
  assert.equal(form.get("username"), "Jürgen");
  assert.equal(form.get("back"), "a b");
});

test("a GET has no form", async () => {
  assert.deepEqual(
    await readForm(new Request("http://localhost/login?username=x")),
    new URLSearchParams(),
  );
});

test("takes 16 KiB and not a byte more, whether announced or not", async () => {
  const most = `a=${"x".repeat(maxFormBytes - 2)}`;
  assert.ok((await readForm(post(most))) instanceof URLSearchParams);
  assert.equal(await readForm(post(`${most}x`)), "too-large");
  assert.equal(await readForm(post(streamOf(most, "x"))), "too-large");
  assert.equal(await readForm(post("a=1", { ...type, "content-length": "99999" })), "too-large");
});

test("stops reading a body that never ends", async () => {
  let pieces = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pieces += 1;
      controller.enqueue(new Uint8Array(1024));
    },
  });
  assert.equal(await readForm(post(endless)), "too-large");
  assert.ok(pieces < 32, `${pieces} pieces were read`);
});

test("refuses other kinds of body", async () => {
  for (const other of ["application/json", "multipart/form-data; boundary=x", "text/plain"]) {
    assert.equal(await readForm(post("{}", { "content-type": other })), "not-a-form");
  }
  assert.equal(await readForm(post(streamOf("a=1"), {})), "not-a-form");
});

test("a client that goes away in the middle has made a bad request", async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Error("gone")),
  });
  assert.equal(await readForm(post(broken)), "bad-request");
});

test("a field that is said twice has no value", () => {
  const fields = new URLSearchParams("a=1&b=2&a=3");
  assert.deepEqual(
    [only(fields, "a"), only(fields, "b"), only(fields, "c")],
    [undefined, "2", undefined],
  );
});

const fields = fc.array(
  fc.tuple(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" })),
  {
    maxLength: 10,
  },
);

/** The same bytes, cut at any places. */
function cut(text: string, cuts: readonly number[]): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const places = cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b);
  const ends = [...places, bytes.length];
  return ReadableStream.from(ends.map((end, index) => bytes.slice(ends[index - 1] ?? 0, end)));
}

test("reads every form as it was written, wherever its bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(fields, fc.array(fc.nat()), async (fields, cuts) => {
      const written = new URLSearchParams(fields);
      const form = await readForm(post(cut(written.toString(), cuts)));
      assert.ok(form instanceof URLSearchParams);
      assert.deepEqual([...form], [...written]);
    }),
  );
});

test("whatever is sent, gives a form within its bound or says why not, and never throws", async () => {
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.integer({ min: -2, max: 2 }).map((more) => new Uint8Array(maxFormBytes + more).fill(97)),
  );
  const contentType = fc.oneof(
    fc.constant(type["content-type"]),
    fc.constantFrom("text/plain", "application/X-WWW-form-urlencoded; charset=utf-8", ""),
  );
  await fc.assert(
    fc.asyncProperty(body, contentType, async (bytes, contentType) => {
      const form = await readForm(post(bytes, { "content-type": contentType }));
      if (!/urlencoded/i.test(contentType)) assert.equal(form, "not-a-form");
      else if (bytes.length > maxFormBytes) assert.equal(form, "too-large");
      else assert.ok(form instanceof URLSearchParams);
    }),
  );
});
