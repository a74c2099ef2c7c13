import assert from "node:assert/strict";
import { test } from "node:test";
import { testAdapter } from "@countersign/testing/kit/adapter-contract.ts";
import fc from "fast-check";
import { GatewayError } from "../src/gateway-error.ts";
import { readVisit, render } from "../src/nginx-auth-request.ts";
import { get, headersOf, outcomeOf } from "./ask-over-http.ts";
import { folderFor, startFor } from "./running.ts";

testAdapter("the HTTP server on a unix socket", async (context, settings) => {
  const socketPath = `${folderFor(context)}/gateway.sock`;
  await startFor(context, settings, { http: [`unix:${socketPath}`] });
  return async (visit) => outcomeOf(await get({ socketPath }, "/auth", headersOf(visit)));
});

testAdapter("the HTTP server on TCP", async (context, settings) => {
  const listening = { http: ["127.0.0.1:0"], trustedProxies: ["127.0.0.1"] };
  const { addresses } = await startFor(context, settings, listening);
  const port = Number(new URL(addresses[0] ?? "").port);
  return async (visit) => outcomeOf(await get({ port }, "/auth", headersOf(visit)));
});

const headers = {
  "X-Countersign-Method": "GET",
  "X-Countersign-Scheme": "https",
  "X-Countersign-Host": "wiki.example.com",
  "X-Countersign-Uri": "/a?b",
  "X-Countersign-Client-Address": "192.0.2.7",
};

function rawHeadersOf(said: Record<string, string>): string[] {
  return Object.entries(said).flat();
}

test("reads a visit from nginx's headers, in any case", () => {
  const raw = rawHeadersOf({ Host: "gateway", ...headers, Cookie: "a=b", Accept: "*/*" });
  const cases = [raw, raw.map((text, index) => (index % 2 === 0 ? text.toUpperCase() : text))];
  for (const rawHeaders of cases) {
    assert.deepEqual(readVisit(rawHeaders), {
      method: "GET",
      httpVersion: "1.1",
      scheme: "https",
      host: "wiki.example.com",
      target: "/a?b",
      clientAddress: "192.0.2.7",
      cookies: "a=b",
      wants: "page",
    });
  }
});

for (const name of Object.keys(headers)) {
  test(`cannot decide without ${name}, or with two`, () => {
    const { [name]: value, ...others }: Record<string, string> = headers;
    const missing = { name: "GatewayError", code: "missing-fact" };
    assert.throws(() => readVisit(rawHeadersOf(others)), missing);
    assert.throws(() => readVisit(rawHeadersOf({ ...others, [name]: "" })), missing);
    const twice = [...rawHeadersOf(headers), name.toLowerCase(), value ?? ""];
    assert.throws(() => readVisit(twice), { code: "repeated-fact" });
  });
}

test("does not believe a scheme that is neither http nor https", () => {
  const said = rawHeadersOf({ ...headers, "X-Countersign-Scheme": "ws" });
  assert.throws(() => readVisit(said), { code: "missing-fact" });
});

test("forbids nothing to be stored, whatever the decision", () => {
  const { headers } = render({ kind: "bad-request", reason: "bad-target" });
  assert.deepEqual(headers, ["X-Countersign-Status", "400", "Cache-Control", "no-store"]);
});

const value = fc.string({ minLength: 1 });
const facts = fc.record({
  method: value,
  httpVersion: fc.constantFrom("1.0" as const, "1.1" as const),
  scheme: fc.constantFrom("http" as const, "https" as const),
  host: value,
  target: value,
  clientAddress: value,
  cookies: fc.option(fc.string(), { nil: undefined }),
});
const others = fc.array(fc.tuple(fc.stringMatching(/^X-[a-z]{1,9}$/), fc.string()));

test("reads exactly the facts that nginx wrote, in any order and among other headers", () => {
  fc.assert(
    fc.property(facts, others, fc.infiniteStream(fc.nat()), (facts, others, random) => {
      const { httpVersion, cookies, ...said } = facts;
      const pairs = [
        ["X-Countersign-Method", said.method],
        ["X-Countersign-Scheme", said.scheme],
        ["X-Countersign-Host", said.host],
        ["X-Countersign-Uri", said.target],
        ["X-Countersign-Client-Address", said.clientAddress],
        ["X-Countersign-Protocol", `HTTP/${httpVersion}`],
        ...(cookies === undefined ? [] : [["Cookie", cookies]]),
        ...others,
      ];
      const shuffled = pairs
        .map((pair) => ({ pair, at: random.next().value }))
        .toSorted((one, other) => one.at - other.at)
        .flatMap(({ pair }) => pair);
      assert.deepEqual(readVisit(shuffled), { ...facts, wants: "page" });
    }),
  );
});

test("whatever the headers, gives a whole visit or fails with its own error", () => {
  const name = fc.oneof(
    fc.constantFrom(...Object.keys(headers), "x-countersign-uri", "Cookie"),
    fc.string(),
  );
  const text = fc.oneof(fc.constantFrom("", "http", "https", "/"), fc.string());
  fc.assert(
    fc.property(fc.array(fc.tuple(name, text), { maxLength: 12 }), (pairs) => {
      try {
        const { cookies: _, ...visit } = readVisit(pairs.flat());
        for (const [fact, said] of Object.entries(visit)) assert.notEqual(said, "", fact);
        assert.ok(["http", "https"].includes(visit.scheme));
      } catch (error) {
        assert.ok(error instanceof GatewayError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
