import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { request as ask } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { request } from "../kit/request.ts";
import { root } from "./consumer-folder.ts";
import { accepts, commandsIn, newUser, readme, settingsIn } from "./new-user.ts";

const guide = readFileSync(join(root, "docs/guide/login.md"), "utf8");

test("the README's commands work as written, in an empty folder", async (t) => {
  const user = await newUser(t);
  const sockets = join(user.folder, "run");
  for (const name of ["login.yaml", "gateway.yaml"]) user.write(name, settingsIn(readme, name));

  const [newKey, addUser, login, makeFolder, gateway, proxy, ...more] = commandsIn(readme);
  // That one needs root and a network of its own: testing/tcpcrypt/up-and-down.test.ts runs it.
  assert.deepEqual(more, ["countersign tcpcrypt up"]);
  user.run(newKey);
  user.run(`${addUser} --generate`);
  assert.match(user.run("countersign users list --config login.yaml"), /^ada +staff$/m);

  // Without the folder the gateway says which one to make, and how.
  assert.throws(() => user.run(gateway), /\/run: .*make it.*install -d -m 2750/);
  user.run(makeFolder);
  assert.equal(statSync(sockets).mode & 0o7777, 0o2750);
  user.run("countersign check login.yaml gateway.yaml");

  const loginServer = await user.start(login, () => answersOnPort(user.port));
  await showsSignIn(user.port);
  const gatewayServer = await user.start(gateway, () =>
    accepts({ path: join(sockets, "authorizer.sock") }),
  );
  const answer = await askGateway(join(sockets, "gateway.sock"));
  assert.equal(answer.status, 307);
  const toLogin = "https://sso.example.com/login?back=https%3A%2F%2Fwiki.example.com%2Fpage";
  assert.ok(answer.location?.startsWith(toLogin), answer.location);

  const proxyServer = await user.start(proxy, () => listensOn(user.proxyPort));
  const page = await request({
    port: user.proxyPort,
    host: `localhost:${user.proxyPort}`,
    path: "/",
    headers: { accept: "text/html" },
  });
  assert.match(page.headers.location ?? "", /^http:\/\/localhost:[0-9]+\/login\?back=/);
  for (const server of [loginServer, gatewayServer, proxyServer]) {
    await server.stop();
    assert.match(server.log(), /"msg":"stopped"/);
  }
});

test("the login server's guide works as written, in an empty folder", async (t) => {
  const user = await newUser(t);
  user.write("login.yaml", settingsIn(guide, "login.yaml"));
  const [newKey, addUser, login, ...more] = commandsIn(guide);
  assert.deepEqual(more, []);
  assert.ok(guide.indexOf("# login.yaml") < guide.indexOf(newKey ?? ""));
  user.run(newKey);
  user.run(`${addUser} --generate`);
  user.run("countersign check login.yaml");
  await user.start(login, () => answersOnPort(user.port));
  await showsSignIn(user.port);
});

async function showsSignIn(port: number): Promise<void> {
  const page = await request({ port, path: "/login?back=https://wiki.example.com/" });
  assert.equal(page.status, 200);
  assert.match(page.body, /<input[^>]* name="password"/);
}

function answersOnPort(port: number): Promise<boolean> {
  return request({ port, path: "/healthz" }).then(
    ({ status }) => status === 200,
    () => false,
  );
}

function listensOn(port: number): Promise<boolean> {
  return request({ port, path: "/" }).then(
    () => true,
    () => false,
  );
}

/** Asks as nginx does for the answer to a visitor without a ticket. */
function askGateway(
  socketPath: string,
): Promise<{ status: number | undefined; location: string | undefined }> {
  const headers = {
    "X-Countersign-Method": "GET",
    "X-Countersign-Scheme": "https",
    "X-Countersign-Host": "wiki.example.com:443",
    "X-Countersign-Uri": "/page",
    "X-Countersign-Client-Address": "192.0.2.7",
    Accept: "text/html",
  };
  return new Promise((resolve, reject) => {
    const asked = ask({ socketPath, path: "/answer", headers, agent: false }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode, location: answer.headers.location });
    });
    asked.on("error", reject).end();
  });
}
