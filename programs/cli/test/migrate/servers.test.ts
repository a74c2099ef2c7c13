import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfiguration } from "../../src/migrate/configuration-tree.ts";
import { serversOf } from "../../src/migrate/servers.ts";
import { serverOf } from "./server-of.ts";

test("without virtual hosts the main server is the one", () => {
  const { section, name, ports } = serverOf("Listen 80\nListen [::]:8080\nServerName a");
  assert.deepEqual([section, name?.host, ports], [undefined, "a", [80, 8080]]);
});

test("the main server is there beside virtual hosts if one of its ports is nobody else's", () => {
  const hosts = "<VirtualHost *:80>\n</VirtualHost>";
  const count = (text: string) => serversOf(parseConfiguration(text, "f").statements).length;
  assert.equal(count(`Listen 80\n${hosts}`), 1);
  assert.equal(count(`Listen 80\nListen 81\n${hosts}`), 2);
});

const ports: Record<string, readonly number[]> = {
  "*:443": [443],
  "_default_:443": [443],
  "[::1]:80 127.0.0.1:80": [80],
  "*:80 *:81": [80, 81],
  "*": [7, 8],
  "*:*": [7, 8],
};

for (const [argument, expected] of Object.entries(ports)) {
  test(`<VirtualHost ${argument}> has the ports ${expected}`, () => {
    const text = `Listen 7\nListen 8\n<VirtualHost ${argument}>\n</VirtualHost>`;
    assert.deepEqual(serverOf(text).ports, expected);
  });
}

const names: Record<string, readonly unknown[]> = {
  "wiki.Example.com": [undefined, "wiki.example.com", undefined],
  "wiki.example.com:8443": [undefined, "wiki.example.com", 8443],
  "https://wiki.example.com": ["https", "wiki.example.com", undefined],
  "[::1]:80": [undefined, "[::1]", 80],
  "a b": [undefined, "a", undefined],
  $x: [undefined, "", undefined],
};

for (const [argument, [scheme, host, port]] of Object.entries(names)) {
  test(`reads ServerName ${argument}`, () => {
    const name = serverOf(`<VirtualHost *:80>\nServerName ${argument}\n</VirtualHost>`).name;
    assert.deepEqual([name?.scheme, name?.host, name?.port], [scheme, host, port]);
  });
}

test("TLS is the virtual host's own, else the main server's", () => {
  const host = (lines: string) => `SSLEngine on\n<VirtualHost *:1>\n${lines}\n</VirtualHost>`;
  assert.equal(serverOf(host("")).isTls, true);
  assert.equal(serverOf(host("SSLEngine off")).isTls, false);
});
