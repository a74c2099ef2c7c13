import assert from "node:assert/strict";
import { test } from "node:test";
import { createTrustedPeers } from "../src/trusted-peers.ts";
import { readWebVisit, withHeaders } from "../src/web-request.ts";

const peers = createTrustedPeers(["10.0.0.1"]);

function get(url: string, headers: Record<string, string> = {}): Request {
  return new Request(url, { headers });
}

test("reads the visit from the address", () => {
  const request = get("https://a.example:8443/a%20b?c=d", {
    cookie: "a=1",
    x_odd: "1",
    "x~odd": "2",
  });
  const { headers, ...visit } = readWebVisit(request, "192.0.2.7", peers);
  assert.equal(headers.get("cookie"), "a=1");
  assert.deepEqual(visit, {
    method: "GET",
    httpVersion: "1.1",
    scheme: "https",
    host: "a.example:8443",
    target: "/a%20b?c=d",
    clientAddress: "192.0.2.7",
    oddHeaderNames: ["x_odd", "x~odd"],
  });
});

test("believes a trusted proxy, and names no site where nobody knows who came", () => {
  const request = get("http://a.example/", { "x-forwarded-for": "192.0.2.7" });
  assert.equal(readWebVisit(request, "10.0.0.1", peers).clientAddress, "192.0.2.7");
  assert.equal(readWebVisit(request, "10.0.0.2", peers).clientAddress, "10.0.0.2");
  assert.equal(readWebVisit(request, undefined, peers).host, "");
});

test("names no site where the Host header says another than the address", () => {
  const hostOf = (host: string) =>
    readWebVisit(get("http://a.example/", { host }), "192.0.2.7", peers).host;
  assert.equal(hostOf("A.example:80"), "a.example");
  for (const host of ["b.example", "a.example, b.example", "a.example, a.example"]) {
    assert.equal(hostOf(host), "", host);
  }
});

const named = ["Remote-User", "ada", "Cookie", "", "X-New", "1"];

function assertReplaced(request: Request): void {
  assert.equal(request.headers.get("remote-user"), "ada");
  assert.equal(request.headers.get("cookie"), null);
  assert.equal(request.headers.get("x-new"), "1");
  assert.equal(request.headers.get("accept"), "a/b");
  // What comes next decides by what was sent.
  assert.equal(readWebVisit(request, "192.0.2.7", peers).headers.get("cookie"), "a=1");
}

const sent = { cookie: "a=1", "remote-user": "root", accept: "a/b" };

test("replaces headers, and keeps what was sent for the next visit", () => {
  const once = withHeaders(get("http://a.example/", sent), named);
  assertReplaced(once);
  assertReplaced(withHeaders(once, named));
});

test("replaces headers of a request that cannot be changed", async () => {
  const request = new Request("http://a.example/", { method: "POST", headers: sent, body: "text" });
  const refuse = () => {
    throw new TypeError("immutable");
  };
  Object.assign(request.headers, { set: refuse, delete: refuse });
  const replaced = withHeaders(request, named);
  assert.notEqual(replaced, request);
  assertReplaced(replaced);
  assert.equal(await replaced.text(), "text");
});
