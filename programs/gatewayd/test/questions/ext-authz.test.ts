import assert from "node:assert/strict";
import { test } from "node:test";
import { createTrustedProxies } from "@countersign/gateway";
import { testAdapter } from "@countersign/testing/kit/adapter-contract.ts";
import type { ContractVisit } from "@countersign/testing/kit/adapter-visit.ts";
import { extAuthz } from "../../src/questions/ext-authz.ts";
import { answered, ask, headersFrom, passed } from "../ask-over-http.ts";
import { folderFor, startFor } from "../running.ts";

/** As Envoy asks with the configuration in examples/envoy. */
function headersOf(visit: ContractVisit): Record<string, string> {
  return {
    ...headersFrom(visit),
    Host: visit.host,
    "X-Forwarded-Proto": "http",
    "X-Forwarded-For": visit.clientAddress,
    "X-Countersign-Protocol": `HTTP/${visit.httpVersion}`,
  };
}

testAdapter("a gateway that Envoy asks", async (context, settings) => {
  const socketPath = `${folderFor(context)}/gateway.sock`;
  await startFor(context, settings, { http: [`unix:${socketPath}`] });
  return async (visit) => {
    const { method, target } = visit;
    const question = { method, path: `/ext-authz${target}`, headers: headersOf(visit) };
    const reply = await ask({ socketPath }, question);
    return reply.status === 200 ? passed(reply) : answered(reply);
  };
});

const headers = {
  Host: "wiki.example.com",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-For": "192.0.2.7",
};

function read(said: Record<string, string>, target = "/ext-authz/a?b") {
  const rawHeaders = Object.entries(said).flat();
  const trustedProxies = createTrustedProxies(["10.0.0.1"]);
  return extAuthz.readVisit({ method: "POST", target, rawHeaders, trustedProxies });
}

test("reads a visit from the request that Envoy repeats", () => {
  const { headers: visitors, ...facts } = read({
    ...headers,
    Cookie: "a=b",
    "Remote.User": "root",
  });
  assert.deepEqual(facts, {
    method: "POST",
    httpVersion: "1.1",
    scheme: "https",
    host: "wiki.example.com",
    target: "/a?b",
    clientAddress: "192.0.2.7",
    oddHeaderNames: ["Remote.User"],
  });
  assert.equal(visitors.get("cookie"), "a=b");
});

test("leaves the visit's target as it is, be it like the prefix", () => {
  assert.equal(read(headers, "/ext-authz//x").target, "//x");
  assert.equal(read(headers, "/ext-authz/ext-authz/x").target, "/ext-authz/x");
});

test("goes back over Envoy's own address, which some of its versions add", () => {
  const said = { ...headers, "X-Forwarded-For": "192.0.2.7,10.0.0.1" };
  assert.equal(read(said).clientAddress, "192.0.2.7");
});

for (const name of Object.keys(headers)) {
  test(`cannot decide without ${name}, or with two`, () => {
    const { [name]: value = "", ...others }: Record<string, string> = headers;
    assert.throws(() => read(others), { name: "GatewayError", code: "missing-fact" });
    assert.throws(() => read({ ...headers, [name.toLowerCase()]: value }), {
      code: "repeated-fact",
    });
  });
}

test("does not believe a scheme that is neither http nor https", () => {
  assert.throws(() => read({ ...headers, "X-Forwarded-Proto": "wss" }), { code: "missing-fact" });
});
