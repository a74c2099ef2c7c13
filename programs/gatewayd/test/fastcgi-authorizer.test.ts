import assert from "node:assert/strict";
import { test } from "node:test";
import { testAdapter } from "@countersign/testing/kit/adapter-contract.ts";
import fc from "fast-check";
import { readVisit, render } from "../src/fastcgi-authorizer.ts";
import { GatewayError } from "../src/gateway-error.ts";
import { exchange, outcomeOf, paramsOf, requestOf } from "./ask-over-fastcgi.ts";
import { folderFor, startFor } from "./running.ts";
import { cookieWith, sample, visit } from "./sample.ts";

testAdapter("the FastCGI server on a unix socket", async (context, settings) => {
  const path = `${folderFor(context)}/authorizer.sock`;
  await startFor(context, settings, { fastcgi: [`unix:${path}`] });
  return async (visit) => outcomeOf(await exchange({ path }, requestOf(paramsOf(visit))));
});

testAdapter("the FastCGI server on TCP", async (context, settings) => {
  const listening = { fastcgi: ["127.0.0.1:0"], trustedProxies: ["127.0.0.1"] };
  const { addresses } = await startFor(context, settings, listening);
  const where = { host: "127.0.0.1", port: Number(addresses[0]?.split(":").at(-1)) };
  return async (visit) => outcomeOf(await exchange(where, requestOf(paramsOf(visit))));
});

const params = new Map([
  ["REQUEST_METHOD", "POST"],
  ["REQUEST_SCHEME", "https"],
  ["SERVER_PROTOCOL", "HTTP/2.0"],
  ["SERVER_NAME", "wiki.example.com"],
  ["SERVER_PORT", "443"],
  ["REQUEST_URI", "/a?b"],
  ["REMOTE_ADDR", "192.0.2.7"],
]);

test("reads a visit from CGI variables, and the host from the server's own name", () => {
  const more = new Map([...params, ["HTTP_COOKIE", "a=b"], ["HTTP_HOST", "evil.example"]]);
  assert.deepEqual(readVisit(more), {
    method: "POST",
    httpVersion: "1.1",
    scheme: "https",
    host: "wiki.example.com:443",
    target: "/a?b",
    clientAddress: "192.0.2.7",
    cookies: "a=b",
    wants: "page",
  });
});

for (const name of params.keys()) {
  test(`cannot decide without ${name}`, () => {
    const without = new Map(params);
    without.delete(name);
    assert.throws(() => readVisit(without), { name: "GatewayError", code: "missing-fact" });
    assert.throws(() => readVisit(new Map([...params, [name, ""]])), { code: "missing-fact" });
  });
}

test("lets nobody in whose name Apache would change on the way", async (context) => {
  const path = `${folderFor(context)}/authorizer.sock`;
  await startFor(context, sample, { fastcgi: [`unix:${path}`] });
  for (const fields of [{ uid: " ada" }, { tokens: [" admin"] }, { userData: "x " }]) {
    const params = paramsOf({ ...visit, cookies: cookieWith(fields) });
    const outcome = outcomeOf(await exchange({ path }, requestOf(params)));
    assert.deepEqual(outcome, { kind: "refused", status: 403, cacheControl: "no-store" });
  }
});

test("sends no body that Apache would take as a redirect", () => {
  const { body, headers } = render({ kind: "forbid", reason: "no-ticket", redirect: undefined });
  assert.match(body ?? "", /^</);
  assert.ok(headers.some(([name, value]) => name === "Cache-Control" && value === "no-store"));
});

const value = fc.string({ minLength: 1 });
const otherVariables = fc.array(fc.tuple(fc.stringMatching(/^HTTP_X_[A-Z]{1,9}$/), fc.string()));

test("reads exactly the facts that Apache wrote, whatever other variables there are", () => {
  const facts = fc.record({
    method: value,
    httpVersion: fc.constantFrom("1.0" as const, "1.1" as const),
    scheme: fc.constantFrom("http" as const, "https" as const),
    name: value,
    port: fc.integer({ min: 1, max: 65_535 }),
    target: value,
    clientAddress: value,
    cookies: fc.option(fc.string(), { nil: undefined }),
  });
  fc.assert(
    fc.property(facts, otherVariables, ({ name, port, ...facts }, others) => {
      const said = new Map([
        ...others,
        ["REQUEST_METHOD", facts.method],
        ["REQUEST_SCHEME", facts.scheme],
        ["SERVER_PROTOCOL", `HTTP/${facts.httpVersion}`],
        ["SERVER_NAME", name],
        ["SERVER_PORT", String(port)],
        ["REQUEST_URI", facts.target],
        ["REMOTE_ADDR", facts.clientAddress],
      ]);
      if (facts.cookies !== undefined) said.set("HTTP_COOKIE", facts.cookies);
      assert.deepEqual(readVisit(said), { ...facts, host: `${name}:${port}`, wants: "page" });
    }),
  );
});

test("whatever the variables, gives a whole visit or fails with its own error", () => {
  const name = fc.oneof(fc.constantFrom(...params.keys(), "HTTP_COOKIE"), fc.string());
  const text = fc.oneof(fc.constantFrom("", "http", "https", "/"), fc.string());
  fc.assert(
    fc.property(fc.array(fc.tuple(name, text), { maxLength: 20 }), (pairs) => {
      try {
        const { cookies: _, ...visit } = readVisit(new Map(pairs));
        for (const [fact, said] of Object.entries(visit)) assert.notEqual(said, "", fact);
        assert.match(visit.host, /.:./s);
      } catch (error) {
        assert.ok(error instanceof GatewayError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
