import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fillIn } from "@countersign/testing/kit/configuration.ts";
import { freeLoopbackPort } from "@countersign/testing/kit/loopback-port.ts";
import { request } from "@countersign/testing/kit/request.ts";
import { startServerProcess } from "@countersign/testing/kit/server-process.ts";
import { temporaryFolder } from "@countersign/testing/kit/temporary-folder.ts";
import {
  createIssuer,
  encodeTicket,
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  verificationKeyOf,
} from "@countersign/ticket";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const [expressExample = "", nodeExample = ""] = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(
  ([, code]) => code,
);

const key = importPrivateKey(generatePrivateKeyPem("ed25519"));

function cookieWith(tokens: string[]): string {
  // The example has the real clock; this is the year 2096.
  const validUntil = 4_000_000_000;
  const ticket = createIssuer(key).issue({ uid: "ada", validUntil, tokens });
  return `auth_pubtkt=${encodeTicket(ticket)}`;
}

/** Runs the example as its own process, and makes requests to it. */
async function run(context: TestContext, example: string) {
  const port = await freeLoopbackPort();
  const publicKeyFile = join(temporaryFolder(context), "ticket.pub.pem");
  writeFileSync(publicKeyFile, exportPublicPem(verificationKeyOf(key)));
  const values = {
    HOST: "app.example.com",
    PORT: String(port),
    LOGIN_URL: "https://sso.example.com/login",
    PUBLIC_KEY: publicKeyFile,
  };
  const host = `app.example.com:${port}`;
  const ask = (path: string, headers = {}) => request({ port, host, path, headers });
  await startServerProcess(context, {
    command: process.execPath,
    args: ["--input-type=module", "--eval", fillIn(example, values, "README.md")],
    isReady: () =>
      ask("/").then(
        () => true,
        () => false,
      ),
  });
  return ask;
}

test("the Express example lets in who has a ticket, and to /admin who has the token", async (t) => {
  const ask = await run(t, expressExample);
  assert.equal((await ask("/")).status, 307);
  const staff = { cookie: cookieWith(["staff"]) };
  assert.equal(JSON.parse((await ask("/", staff)).body).user, "ada");
  assert.equal((await ask("/admin", staff)).status, 307);
  const admin = { cookie: cookieWith(["admin"]) };
  assert.match((await ask("/admin", admin)).body, /administrator/);
});

test("the node:http example lets in who has a ticket", async (t) => {
  const ask = await run(t, nodeExample);
  assert.match(
    (await ask("/")).headers.location ?? "",
    /^https:\/\/sso\.example\.com\/login\?back=/,
  );
  assert.equal((await ask("/", { cookie: cookieWith([]) })).body, "You are ada.");
});

test("the Express example is the one in examples/express", () => {
  const file = new URL("../../../examples/express/server.js", import.meta.url);
  assert.equal(expressExample, readFileSync(file, "utf8"));
});
