import assert from "node:assert/strict";
import { test } from "node:test";
import { readOrigin } from "../src/host.ts";

const read = [
  ["https", "wiki.example.com", "https://wiki.example.com", "wiki.example.com"],
  ["https", "WIKI.Example.com", "https://wiki.example.com", "wiki.example.com"],
  ["https", "wiki.example.com.", "https://wiki.example.com", "wiki.example.com"],
  ["https", "wiki.example.com:443", "https://wiki.example.com", "wiki.example.com"],
  ["http", "wiki.example.com.:80", "http://wiki.example.com", "wiki.example.com"],
  ["http", "wiki.example.com:443", "http://wiki.example.com:443", "wiki.example.com"],
  ["http", "[2001:DB8:0::7]:8080", "http://[2001:db8::7]:8080", "2001:db8::7"],
  ["http", "my_host", "http://my_host", "my_host"],
] as const;

for (const [scheme, host, text, hostName] of read) {
  test(`reads ${scheme} ${host}`, () => {
    assert.deepEqual(readOrigin(scheme, host), {
      text,
      scheme,
      host: text.slice(`${scheme}://`.length),
      hostName,
    });
  });
}

for (const host of [
  "",
  ".",
  "a b",
  "a/b",
  "a@b",
  "a\\b",
  "a#b",
  "a?b",
  "a:b",
  "a:99999",
  "[::1",
  "ä.example",
  "a%2eb",
  "a,b",
]) {
  test(`refuses the host ${JSON.stringify(host)}`, () => {
    assert.equal(readOrigin("https", host), undefined);
  });
}
