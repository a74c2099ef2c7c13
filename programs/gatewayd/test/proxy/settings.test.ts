import assert from "node:assert/strict";
import { test } from "node:test";
import { describeProblem, parseSettings } from "@countersign/settings";
import { gatewaySettings } from "../../src/main.ts";
import { proxyListens } from "../../src/proxy/settings.ts";

const entry = {
  listen: "127.0.0.1:8080",
  site: "http://wiki.example.com",
  upstream: "http://127.0.0.1:3000",
};
const other = { ...entry, site: "http://shop.example.com" };
const tls = { certificate: "site.pem", key: "site.key" };
const secure = { ...entry, site: "https://shop.example.com", tls };

function parse(proxy: readonly object[], more: object = {}) {
  const sites = ["http://wiki", "http://shop", "https://shop"].map((start) => ({
    origin: `${start}.example.com`,
  }));
  const text = JSON.stringify({ keys: [{ file: "k" }], sites, proxy, ...more });
  return parseSettings(gatewaySettings, { name: "gateway.yaml", text });
}

function parsed(proxy: readonly object[]) {
  const result = parse(proxy);
  if (!result.ok) throw new Error(result.problems.map(describeProblem).join("\n"));
  return result.settings.proxy;
}

function problems(proxy: readonly object[], more?: object): string {
  const result = parse(proxy, more);
  return result.ok ? "" : result.problems.map(describeProblem).join("\n");
}

test("fills in limits, and needs no other listener and no trusted proxies", () => {
  const [proxy] = parsed([entry]);
  assert.equal(proxy?.preserveHost, true);
  assert.equal(proxy?.connectSeconds, 5);
  assert.equal(proxy?.firstByteSeconds, 60);
  assert.equal(proxy?.idleSeconds, 300);
});

test("reads where an application listens", () => {
  const upstreams = {
    "http://127.0.0.1:3000": { kind: "tcp", origin: "http://127.0.0.1:3000" },
    "https://App.example.com": { kind: "tcp", origin: "https://app.example.com" },
    "unix:/run/app.sock": { kind: "unix", path: "/run/app.sock" },
  };
  for (const [upstream, address] of Object.entries(upstreams)) {
    assert.deepEqual(parsed([{ ...entry, upstream }])[0]?.upstream, address);
  }
  for (const upstream of ["127.0.0.1:3000", "http://a/b", "ftp://a", "unix:", "", "http://a?b"]) {
    assert.match(problems([{ ...entry, upstream }]), /proxy.*upstream/, upstream);
  }
});

test("asks who speaks TLS with the visitors of a site with https", () => {
  const open = { ...secure, tls: undefined };
  assert.match(problems([open]), /proxy\[0\]\.tls: expected a certificate.*`trustedProxies`/);
  assert.equal(problems([open], { trustedProxies: ["10.0.0.1"] }), "");
  // Who opens the socket is believed.
  assert.equal(problems([{ ...open, listen: "unix:proxy.sock" }]), "");
});

test("lets several sites share an address, each address once", () => {
  const proxies = parsed([entry, other, { ...secure, listen: "unix:proxy.sock" }]);
  assert.deepEqual(proxyListens(proxies), [
    { address: { kind: "tcp", host: "127.0.0.1", port: 8080 }, isTls: false },
    { address: { kind: "unix", path: "proxy.sock" }, isTls: true },
  ]);
});

test("refuses entries that do not fit together", () => {
  assert.match(problems([{ ...entry, site: "http://unknown" }]), /stands under `sites`/);
  assert.match(problems([entry, entry]), /no entry above has at this address/);
  assert.match(problems([entry, { ...other, tls }]), /TLS for every site at an address/);
  assert.match(problems([{ ...entry, tls }]), /an origin with https/);
  assert.match(problems([{ ...entry, tls: { certificate: "site.pem" } }]), /key/);
  assert.match(problems([{ ...entry, idleSeconds: 0 }]), /1 second or more/);
});

test("refuses to ask itself", () => {
  for (const [listen, upstream] of [
    ["127.0.0.1:8080", "http://localhost:8080"],
    ["0.0.0.0:80", "http://127.0.0.1"],
    ["[::]:443", "https://[::1]"],
    ["192.0.2.1:3000", "http://192.0.2.1:3000"],
    ["unix:a.sock", "unix:a.sock"],
  ]) {
    assert.match(problems([{ ...entry, listen, upstream }]), /gatewayd would ask itself/, listen);
  }
});

test("says what is wrong with one entry, and nothing of the others because of it", () => {
  const text = problems([{ ...entry, listen: "localhost" }, entry]);
  assert.match(text, /proxy.*listen/);
  assert.equal(text.split("\n").length, 1);
});
