import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { prepareSite } from "../kit/site.ts";
import { startApache, startNginx } from "../kit/web-servers.ts";
import { createTestIssuer } from "./tickets.ts";

const servers = [
  { name: "Apache", example: "apache-pubtkt", start: startApache },
  { name: "nginx", example: "nginx", start: startNginx },
] as const;

for (const { name, example, start } of servers) {
  test(`another server on the port of ${name} does not pass for it`, async (t) => {
    const site = await prepare(t, example);
    const other = createServer().listen(site.port, "127.0.0.1");
    t.after(() => other.close());
    await once(other, "listening");
    await assert.rejects(start(t, site), /ended while starting; its log:.*in use/is);
  });

  test(`${name} tells what is wrong with its configuration`, async (t) => {
    const site = await prepare(t, example, "NoSuchDirective on;");
    await assert.rejects(start(t, site), /ended while starting; its log:.*NoSuchDirective/s);
  });
}

function prepare(t: TestContext, example: string, line = "") {
  return prepareSite(t, {
    example,
    host: "wiki.example.com",
    publicKey: createTestIssuer().publicKey,
    loginOrigin: "http://sso.example.com",
    change: {
      file: example === "nginx" ? "nginx.conf" : "httpd.conf",
      by: (text) => `${text}\n${line}\n`,
    },
  });
}
