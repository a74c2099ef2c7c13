import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createIssuer, encodeTicket, importPrivateKey } from "@countersign/ticket";
import { makeKeys, run, start, temporaryFolder } from "./command.ts";

async function startApplication(context: TestContext): Promise<string> {
  const server = createServer(({ headers }, response) => response.end(headers["remote-user"]));
  await once(server.listen(0, "127.0.0.1"), "listening");
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const site = ["--site", "http://wiki.example.com", "--login", "https://sso.example.com/login"];

test("gateway --proxy puts an application behind sign-in with one line", async (context) => {
  await using folder = await temporaryFolder();
  await makeKeys(folder.path, "k.pem");
  const upstream = await startApplication(context);
  const line = ["gateway", "--proxy", upstream, ...site, "--key", "k.pem.pub"];
  await using program = start(folder.path, [...line, "--listen", "127.0.0.1:0"]);
  const { addresses } = await program.logged("listening");
  const { port } = new URL(String((addresses as string[])[0]));

  const refused = await visit(port, { accept: "text/html" });
  assert.equal(refused.status, 307);
  assert.match(refused.location, /^https:\/\/sso\.example\.com\/login\?back=http%3A%2F%2Fwiki\./);
  const issuer = createIssuer(importPrivateKey(await readFile(join(folder.path, "k.pem"), "utf8")));
  const validUntil = Math.floor(Date.now() / 1000) + 3600;
  const cookie = `auth_pubtkt=${encodeTicket(issuer.issue({ uid: "ada", validUntil }))}`;
  const allowed = await visit(port, { cookie });
  assert.equal(allowed.status, 200);
  assert.equal(allowed.body, "ada");

  program.child.kill("SIGHUP");
  await program.logged("reloaded");
  assert.equal((await visit(port, { cookie })).status, 200);
  program.child.kill("SIGTERM");
  assert.equal(await program.ended, 0);
});

test("gateway without --config says what it needs instead, and exits with 2", async () => {
  await using folder = await temporaryFolder();
  const cases = {
    "": /--config or --proxy is missing/,
    "--proxy http://127.0.0.1:1": /--proxy needs --site and --key and --login, too/,
  };
  for (const [line, words] of Object.entries(cases)) {
    const args = line.split(" ").filter(Boolean);
    const { code, stderr } = await run(folder.path, ["gateway", ...args]);
    assert.equal(code, 2);
    assert.match(stderr, words);
  }
});

async function visit(port: string, headers: Readonly<Record<string, string>>) {
  const asking = { port, agent: false, headers: { host: "wiki.example.com", ...headers } };
  const [answer] = await once(request(asking).end(), "response");
  let body = "";
  for await (const chunk of answer) body += chunk;
  return { status: answer.statusCode, location: String(answer.headers.location), body };
}
