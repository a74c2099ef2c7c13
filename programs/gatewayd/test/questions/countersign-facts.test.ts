import assert from "node:assert/strict";
import { test } from "node:test";
import { type Ask, testAdapter } from "@countersign/testing/kit/adapter-contract.ts";
import fc from "fast-check";
import { GatewayError } from "../../src/gateway-error.ts";
import { answer, auth, check, readVisit } from "../../src/questions/countersign-facts.ts";
import { answered, get, headersOf, passed, type Where } from "../ask-over-http.ts";
import { decisionOn, visitWith } from "../decisions.ts";
import { folderFor, startFor } from "../running.ts";

/** nginx asks twice: what the visitor gets comes with the second answer. */
function askAsNginx(where: Where): Ask {
  return async (visit) => {
    const first = await get(where, "/auth", headersOf(visit));
    if (first.status === 204) return passed(first);
    assert.deepEqual(
      [first.status, first.body, first.headers["cache-control"]],
      [401, "", "no-store"],
    );
    return answered(await get(where, "/answer", headersOf(visit)));
  };
}

testAdapter("a gateway that nginx asks on a unix socket", async (context, settings) => {
  const socketPath = `${folderFor(context)}/gateway.sock`;
  await startFor(context, settings, { http: [`unix:${socketPath}`] });
  return askAsNginx({ socketPath });
});

testAdapter("a gateway that nginx asks over TCP", async (context, settings) => {
  const listening = { http: ["127.0.0.1:0"], trustedProxies: ["127.0.0.1"] };
  const { addresses } = await startFor(context, settings, listening);
  return askAsNginx({ port: Number(new URL(addresses[0] ?? "").port) });
});

testAdapter("a gateway that is asked everything at once", async (context, settings) => {
  const socketPath = `${folderFor(context)}/gateway.sock`;
  await startFor(context, settings, { http: [`unix:${socketPath}`] });
  return async (visit) => {
    const reply = await get({ socketPath }, "/check", headersOf(visit));
    return reply.status === 200 ? passed(reply) : answered(reply);
  };
});

const headers = {
  "X-Countersign-Method": "GET",
  "X-Countersign-Scheme": "https",
  "X-Countersign-Host": "wiki.example.com",
  "X-Countersign-Uri": "/a?b",
  "X-Countersign-Client-Address": "192.0.2.7",
};

function read(said: Record<string, string>) {
  return readVisit({ rawHeaders: Object.entries(said).flat() });
}

test("reads a visit from the web server's headers, in any case", () => {
  const said = { Host: "gateway", ...headers, Cookie: "a=b", Remote_User: "root" };
  const rawHeaders = Object.entries(said).flat();
  const upperCase = rawHeaders.map((text, index) => (index % 2 === 0 ? text.toUpperCase() : text));
  for (const raw of [rawHeaders, upperCase]) {
    const { headers: visitors, oddHeaderNames, ...facts } = readVisit({ rawHeaders: raw });
    assert.deepEqual(facts, {
      method: "GET",
      httpVersion: "1.1",
      scheme: "https",
      host: "wiki.example.com",
      target: "/a?b",
      clientAddress: "192.0.2.7",
    });
    assert.equal(visitors.get("cookie"), "a=b");
    assert.match(oddHeaderNames.join(), /^remote_user$/i);
  }
});

test("knows HTTP/1.0", () => {
  assert.equal(read({ ...headers, "X-Countersign-Protocol": "HTTP/1.0" }).httpVersion, "1.0");
});

for (const name of Object.keys(headers)) {
  test(`cannot decide without ${name}, or with two`, () => {
    const { [name]: value = "", ...others }: Record<string, string> = headers;
    const missing = { name: "GatewayError", code: "missing-fact" };
    assert.throws(() => read(others), missing);
    assert.throws(() => read({ ...others, [name]: "" }), missing);
    assert.throws(() => read({ ...headers, [name.toLowerCase()]: value }), {
      code: "repeated-fact",
    });
  });
}

test("does not believe a scheme that is neither http nor https", () => {
  assert.throws(() => read({ ...headers, "X-Countersign-Scheme": "ws" }), { code: "missing-fact" });
});

test("lets in at /auth and /check, and never at /answer", () => {
  const allow = decisionOn(visitWith());
  assert.ok(allow.kind === "allow");
  assert.equal(auth.allowed(allow).status, 204);
  assert.equal(check.allowed(allow).status, 200);
  assert.deepEqual(answer.allowed(allow), {
    status: 401,
    headers: ["Cache-Control", "no-store"],
    body: "",
  });
});

test("lets a web server keep what lets in for as long as the place allows, and no refusal", () => {
  const allow = decisionOn(visitWith(), { cacheSeconds: 5 });
  const unkept = decisionOn(visitWith());
  const refused = decisionOn(visitWith({}), { cacheSeconds: 5 });
  assert.ok(allow.kind === "allow" && unkept.kind === "allow" && refused.kind !== "allow");
  for (const dialect of [auth, check]) {
    assert.deepEqual(dialect.allowed(allow).headers.slice(-2), ["Cache-Control", "max-age=5"]);
    assert.deepEqual(dialect.allowed(unkept).headers.slice(-2), ["Cache-Control", "no-store"]);
    const { headers } = dialect.refused(refused);
    assert.equal(headers[headers.indexOf("Cache-Control") + 1], "no-store");
  }
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
        const visit = readVisit({ rawHeaders: pairs.flat() });
        for (const [fact, said] of Object.entries(visit)) assert.notEqual(said, "", fact);
        assert.ok(["http", "https"].includes(visit.scheme));
      } catch (error) {
        assert.ok(error instanceof GatewayError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
