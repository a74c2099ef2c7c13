import assert from "node:assert/strict";
import { test } from "node:test";
import type { Decision } from "@countersign/gateway";
import { testAdapter } from "@countersign/testing/kit/adapter-contract.ts";
import fc from "fast-check";
import { readVisit, render } from "../src/fastcgi-authorizer.ts";
import { GatewayError } from "../src/gateway-error.ts";
import { exchange, outcomeOf, paramsOf, requestOf } from "./ask-over-fastcgi.ts";
import { decisionOn, visitWith } from "./decisions.ts";
import { folderFor, startFor } from "./running.ts";
import { cookies, cookieWith, sample, visit } from "./sample.ts";

/** Apache and lighttpd make no variables of headers with odd names. */
const sight = { oddHeaders: "unseen" } as const;

testAdapter(
  "the FastCGI server on a unix socket",
  async (context, settings) => {
    const path = `${folderFor(context)}/authorizer.sock`;
    await startFor(context, settings, { fastcgi: [`unix:${path}`] });
    return async (visit) => outcomeOf(await exchange({ path }, requestOf(paramsOf(visit))));
  },
  sight,
);

testAdapter(
  "the FastCGI server on TCP",
  async (context, settings) => {
    const listening = { fastcgi: ["127.0.0.1:0"], trustedProxies: ["127.0.0.1"] };
    const { addresses } = await startFor(context, settings, listening);
    const where = { host: "127.0.0.1", port: Number(addresses[0]?.split(":").at(-1)) };
    return async (visit) => outcomeOf(await exchange(where, requestOf(paramsOf(visit))));
  },
  sight,
);

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
  const more = [
    ["HTTP_COOKIE", "a=b"],
    ["HTTP_SEC_FETCH_MODE", "cors"],
    ["HTTP_HOST", "evil.example"],
  ] as const;
  const { headers, ...facts } = readVisit(new Map([...params, ...more]));
  assert.deepEqual(facts, {
    method: "POST",
    httpVersion: "1.1",
    scheme: "https",
    host: "wiki.example.com:443",
    target: "/a?b",
    servedPath: undefined,
    clientAddress: "192.0.2.7",
    oddHeaderNames: [],
  });
  assert.equal(headers.get("cookie"), "a=b");
  assert.equal(headers.get("sec-fetch-mode"), "cors");
  assert.equal(headers.get("accept"), undefined);
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
    assert.ok(outcome.kind === "answered");
    assert.deepEqual([outcome.status, outcome.headers["cache-control"]], [403, "no-store"]);
  }
});

test("tells the application nothing of a visitor whom nobody knows", () => {
  const decision = decisionOn(visitWith({}), { access: "public" });
  assert.deepEqual(render(decision, "GET"), { status: 200, headers: [] });
});

test("tells the application what its headers are to be", () => {
  const cookie = `a=1; ${cookies}; b=\u00c3\u00bc`;
  const options = { hideTicket: true, basicAuth: "fake" } as const;
  const { headers } = render(decisionOn(visitWith({ cookie }), options), "GET");
  assert.deepEqual(headers.slice(-2), [
    ["Variable-COUNTERSIGN_AUTHORIZATION", "Basic YWRhOnBhc3N3b3Jk"],
    // Bytes of UTF-8 as they came; they go out as UTF-8.
    ["Variable-COUNTERSIGN_COOKIES", "a=1; b=ü"],
  ]);
});

/** A refusal with this body. */
function refusalWith(body: string): Decision {
  return {
    kind: "forbid",
    reason: "no-token",
    answer: { status: 403, headers: [["Cache-Control", "no-store"]], body },
  };
}

test("hands no control character on that a lenient web server let through", () => {
  const headers = { cookie: `${cookies}; a=b\u0001\nc\td` };
  const { headers: variables } = render(
    decisionOn(visitWith(headers), { hideTicket: true }),
    "GET",
  );
  const handedOn = new Map(variables).get("Variable-COUNTERSIGN_COOKIES");
  assert.equal(handedOn, "a=bc\td");
});

test("sends no body that Apache would take as a redirect", () => {
  for (const body of ["/login", "http://evil.example/", "x:y", ":", "HTTPS:x"]) {
    assert.equal(render(refusalWith(body), "GET").body, "", body);
  }
  for (const body of ["<!doctype html>", '{"a":"b:c"}', "two words: one colon"]) {
    assert.equal(render(refusalWith(body), "GET").body, body);
  }
});

test("sends no body to who asks for the head", () => {
  const { status, statusText, body } = render(refusalWith("<p>No</p>"), "HEAD");
  assert.deepEqual([status, statusText, body], [403, "Forbidden", ""]);
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
    servedPath: fc.constant(undefined),
    clientAddress: value,
    cookies: fc.option(fc.string(), { nil: undefined }),
  });
  fc.assert(
    fc.property(facts, otherVariables, ({ name, port, cookies, ...facts }, others) => {
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
      if (cookies !== undefined) said.set("HTTP_COOKIE", cookies);
      const { headers, oddHeaderNames, ...read } = readVisit(said);
      assert.deepEqual(read, { ...facts, host: `${name}:${port}` });
      assert.deepEqual([headers.get("cookie"), oddHeaderNames], [cookies, []]);
    }),
  );
});

test("whatever the variables, gives a whole visit or fails with its own error", () => {
  const name = fc.oneof(fc.constantFrom(...params.keys(), "HTTP_COOKIE"), fc.string());
  const text = fc.oneof(fc.constantFrom("", "http", "https", "/"), fc.string());
  fc.assert(
    fc.property(fc.array(fc.tuple(name, text), { maxLength: 20 }), (pairs) => {
      try {
        const visit = readVisit(new Map(pairs));
        for (const [fact, said] of Object.entries(visit)) assert.notEqual(said, "", fact);
        assert.match(visit.host, /.:./s);
      } catch (error) {
        assert.ok(error instanceof GatewayError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
