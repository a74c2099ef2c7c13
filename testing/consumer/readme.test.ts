import assert from "node:assert/strict";
import { readFileSync, statSync, symlinkSync } from "node:fs";
import { request as ask } from "node:http";
import { connect } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { freeLoopbackPort } from "../kit/loopback-port.ts";
import { request } from "../kit/request.ts";
import { startServerProcess } from "../kit/server-process.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { root, run, write } from "./consumer-folder.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");
const guide = readFileSync(join(root, "docs/guide/login.md"), "utf8");

test("the README's commands work as written, in an empty folder", async (t) => {
  const user = await newUser(t);
  const sockets = join(user.folder, "run");
  for (const name of ["login.yaml", "gateway.yaml"]) user.write(name, settingsIn(readme, name));

  const [newKey, addUser, login, makeFolder, gateway, proxy, ...more] = commandsIn(readme);
  assert.deepEqual(more, []);
  user.run(newKey);
  user.run(`${addUser} --generate`);
  assert.match(user.run("countersign users list --config login.yaml"), /^ada +staff$/m);

  // Without the folder the gateway says which one to make, and how.
  assert.throws(() => user.run(gateway), /\/run: .*make it.*install -d -m 0750/);
  user.run(makeFolder);
  assert.equal(statSync(sockets).mode & 0o777, 0o750);
  user.run("countersign check login.yaml gateway.yaml");

  const loginServer = await user.start(login, () => answersOnPort(user.port));
  await showsSignIn(user.port);
  const gatewayServer = await user.start(gateway, () => accepts(join(sockets, "authorizer.sock")));
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

/** Somebody with `countersign` in the PATH and an empty folder. */
async function newUser(t: TestContext) {
  const folder = temporaryFolder(t);
  const port = await freeLoopbackPort();
  const proxyPort = await freeLoopbackPort();
  const programs = temporaryFolder(t);
  symlinkSync(join(root, "bin/countersign.js"), join(programs, "countersign"));
  const path = [programs, dirname(process.execPath), process.env.PATH].join(delimiter);
  const env = { PATH: path, HOME: process.env.HOME };
  const adapted = (text: string) => adaptedTo(folder, { port, proxyPort }, text);
  const inFolder = (line = "") => ["-c", `cd "$0" && ${adapted(line)}`, folder];
  return {
    folder,
    port,
    proxyPort,
    write: (name: string, text: string) => write(folder, name, adapted(text)),
    /** What the command prints. */
    run: (line: string | undefined) => run("sh", inFolder(line), folder, env),
    start: (line: string | undefined, isReady: () => Promise<boolean>) =>
      startServerProcess(t, { command: "sh", args: inFolder(`exec ${line}`), env, isReady }),
  };
}

/** Only root may give a folder to a group, and a test leaves /run and well-known ports alone. */
function adaptedTo(
  folder: string,
  { port, proxyPort }: { readonly port: number; readonly proxyPort: number },
  text: string,
): string {
  return text
    .replaceAll("/run/countersign", join(folder, "run"))
    .replaceAll(/(127\.0\.0\.1|localhost):8400/g, `$1:${port}`)
    .replaceAll("localhost:8080", `localhost:${proxyPort}`)
    .replace(process.getuid?.() === 0 ? "" : " -g www-data", "");
}

function settingsIn(document: string, name: string): string {
  const [, text] =
    new RegExp(`^\`\`\`yaml\n(# ${name}\n[\\s\\S]*?)^\`\`\`$`, "m").exec(document) ?? [];
  assert.ok(text, name);
  return text;
}

function commandsIn(document: string): readonly string[] {
  return [...document.matchAll(/^(?:countersign|install) .*$/gm)].map(([line]) => line);
}

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

function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => socket.end(() => resolve(true)));
    socket.on("error", () => resolve(false));
  });
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
