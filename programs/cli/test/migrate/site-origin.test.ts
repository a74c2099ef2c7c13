import assert from "node:assert/strict";
import { test } from "node:test";
import { createRemarks } from "../../src/migrate/remark.ts";
import { siteOrigin } from "../../src/migrate/site-origin.ts";
import { serverOf } from "./server-of.ts";

const table: Record<string, readonly [string, string, string, string | undefined, string]> = {
  "the usual port": ["*:80", "ServerName a.b", "http://a.b", undefined, ""],
  TLS: ["*:443", "ServerName a.b\nSSLEngine on", "https://a.b", undefined, ""],
  "a port of its own": ["*:8080", "ServerName a.b:8080", "http://a.b:8080", undefined, ""],
  "a port that ServerName lacks": [
    "*:8080",
    "ServerName a.b",
    "http://a.b:8080",
    "a.b:8080",
    "warning",
  ],
  "a scheme and no port": [
    "*:8080",
    "ServerName https://a.b",
    "https://a.b:8080",
    "https://a.b:8080",
    "warning",
  ],
  "TLS that ends before": ["*:443", "ServerName https://a.b", "https://a.b", undefined, ""],
  "another port than Apache listens on": [
    "*:8080",
    "ServerName a.b:80",
    "http://a.b",
    undefined,
    "",
  ],
  "several ports": ["*:80 *:8080", "ServerName a.b", "http://a.b", undefined, "warning"],
  "other names": ["*:80", "ServerName a.b\nServerAlias c.d", "http://a.b", undefined, "warning"],
};

for (const [name, [address, lines, origin, serverName, level]] of Object.entries(table)) {
  test(`finds where visitors reach a server with ${name}`, () => {
    const remarks = createRemarks();
    const server = serverOf(`<VirtualHost ${address}>\n${lines}\n</VirtualHost>`);
    assert.deepEqual(siteOrigin(server, remarks.report), { origin, serverName });
    assert.equal(
      remarks
        .all()
        .map((one) => one.level)
        .join(),
      level,
    );
  });
}

test("a server without a name cannot be a site", () => {
  const remarks = createRemarks();
  assert.equal(
    siteOrigin(serverOf("<VirtualHost *:80>\n</VirtualHost>"), remarks.report),
    undefined,
  );
  assert.deepEqual(
    remarks.all().map(({ level, line }) => [level, line]),
    [["error", 1]],
  );
});
