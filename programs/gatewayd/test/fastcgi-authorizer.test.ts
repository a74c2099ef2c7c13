import assert from "node:assert/strict";
import { test } from "node:test";
import { testAdapter } from "@countersign/testing/kit/adapter-contract.ts";
import { readVisit, render } from "../src/fastcgi-authorizer.ts";
import { exchange, outcomeOf, paramsOf, requestOf } from "./ask-over-fastcgi.ts";
import { folderFor, startFor } from "./running.ts";

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

test("reads a visit from CGI variables, and the host from what chose the virtual host", () => {
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

test("sends no body that Apache would take as a redirect", () => {
  const { body, headers } = render({ kind: "forbid", reason: "no-ticket", redirect: undefined });
  assert.match(body ?? "", /^</);
  assert.ok(headers.some(([name, value]) => name === "Cache-Control" && value === "no-store"));
});
