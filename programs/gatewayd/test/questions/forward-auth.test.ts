import assert from "node:assert/strict";
import { test } from "node:test";
import { createTrustedProxies } from "@countersign/gateway";
import { testAdapter } from "@countersign/testing/kit/adapter-contract.ts";
import type { ContractVisit } from "@countersign/testing/kit/adapter-visit.ts";
import { forwardAuth } from "../../src/questions/forward-auth.ts";
import { answered, get, headersFrom, passed } from "../ask-over-http.ts";
import { decisionOn, visitWith } from "../decisions.ts";
import { folderFor, startFor } from "../running.ts";

/** As Caddy asks with the configuration in examples/caddy. */
function headersOf(visit: ContractVisit): Record<string, string> {
  return {
    ...headersFrom(visit),
    "X-Forwarded-Method": visit.method,
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": visit.host,
    "X-Forwarded-Uri": visit.target,
    "X-Forwarded-For": visit.clientAddress,
    "X-Countersign-Protocol": `HTTP/${visit.httpVersion}`,
  };
}

testAdapter("a gateway that Caddy asks", async (context, settings) => {
  const socketPath = `${folderFor(context)}/gateway.sock`;
  await startFor(context, settings, { http: [`unix:${socketPath}`] });
  return async (visit) => {
    const reply = await get({ socketPath }, "/forward-auth", headersOf(visit));
    if (reply.status >= 200 && reply.status < 300) return passed(reply);
    const { "x-countersign-status": status = reply.status } = reply.headers;
    return answered({ ...reply, status: Number(status) });
  };
});

const headers = {
  "X-Forwarded-Method": "POST",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Host": "wiki.example.com",
  "X-Forwarded-Uri": "/a?b",
  "X-Forwarded-For": "192.0.2.7",
};

function read(said: Record<string, string>, target = "/forward-auth") {
  const rawHeaders = Object.entries(said).flat();
  const trustedProxies = createTrustedProxies(["10.0.0.0/8"]);
  return forwardAuth.readVisit({ method: "GET", target, rawHeaders, trustedProxies });
}

test("reads a visit from the headers of Caddy and Traefik, and the visitor's beside them", () => {
  const said = { Host: "gateway", ...headers, Cookie: "a=b", Remote_User: "root" };
  const { headers: visitors, ...facts } = read(said);
  assert.deepEqual(facts, {
    method: "POST",
    httpVersion: "1.1",
    scheme: "https",
    host: "wiki.example.com",
    target: "/a?b",
    clientAddress: "192.0.2.7",
    oddHeaderNames: ["Remote_User"],
  });
  assert.equal(visitors.get("cookie"), "a=b");
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

test("takes no alias of a header for the header", () => {
  const { "X-Forwarded-Proto": _, ...others } = headers;
  for (const alias of ["X_Forwarded_Proto", "X-Forwarded.Proto"]) {
    assert.throws(() => read({ ...others, [alias]: "https" }), { code: "missing-fact" });
  }
});

test("knows the schemes of WebSockets, and no others", () => {
  const schemes = { http: "http", https: "https", ws: "http", wss: "https" };
  for (const [proto, scheme] of Object.entries(schemes)) {
    assert.equal(read({ ...headers, "X-Forwarded-Proto": proto }).scheme, scheme);
  }
  for (const proto of ["", "HTTPS", "https, http", "constructor"]) {
    assert.throws(() => read({ ...headers, "X-Forwarded-Proto": proto }), { code: "missing-fact" });
  }
});

test("goes back over trusted proxies to the visitor, and no further", () => {
  const addresses = {
    "192.0.2.7": "192.0.2.7",
    "198.51.100.9, 192.0.2.7": "192.0.2.7",
    "198.51.100.9, 192.0.2.7, 10.0.0.1": "192.0.2.7",
    "unknown, 10.0.0.1": "10.0.0.1",
  };
  for (const [forwardedFor, clientAddress] of Object.entries(addresses)) {
    assert.equal(
      read({ ...headers, "X-Forwarded-For": forwardedFor }).clientAddress,
      clientAddress,
    );
  }
  for (const forwardedFor of ["", "unknown", "192.0.2.7, "]) {
    const said = { ...headers, "X-Forwarded-For": forwardedFor };
    assert.throws(() => read(said), { code: "missing-fact" }, forwardedFor);
  }
});

test("lets no visitor bring about a failure with the one header that Traefik does not set", () => {
  const said = { ...headers, "X-Countersign-Protocol": "x", "x-countersign-protocol": "HTTP/1.0" };
  assert.equal(read(said).httpVersion, "1.1");
});

test("keeps to the site that it was told, in any spelling", () => {
  const pinned = "/forward-auth?site=https://wiki.example.com";
  for (const host of ["wiki.example.com", "WIKI.example.com.:443"]) {
    assert.equal(read({ ...headers, "X-Forwarded-Host": host }, pinned).host, host);
  }
  for (const said of [
    { "X-Forwarded-Host": "open.example.com" },
    { "X-Forwarded-Host": "wiki.example.com:8443" },
    { "X-Forwarded-Proto": "http" },
  ]) {
    const visit = read({ ...headers, ...said }, pinned);
    const decision = decisionOn(visit);
    assert.deepEqual(
      [decision.kind, "reason" in decision && decision.reason],
      ["bad-request", "unknown-host"],
    );
  }
});

test("cannot decide for a site that was mistyped", () => {
  for (const query of [
    "site=",
    "site=wiki.example.com",
    "site=https://a/b",
    "sites=https://a",
    "",
  ]) {
    assert.throws(() => read(headers, `/forward-auth?${query}`), { code: "missing-fact" }, query);
  }
});

test("never says 2xx to who may not pass", () => {
  const preflight = visitWith({
    origin: "https://app.example.com",
    "access-control-request-method": "PUT",
  });
  const decision = decisionOn(
    { ...preflight, method: "OPTIONS" },
    { corsOrigins: ["https://app.example.com"] },
  );
  assert.ok(decision.kind === "preflight" && decision.answer.status === 204);
  const { status, headers } = forwardAuth.refused(decision);
  assert.equal(status, 403);
  assert.deepEqual(headers.slice(-2), ["X-Countersign-Status", "204"]);
});
