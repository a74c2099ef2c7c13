import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { makeKeys, run, start, temporaryFolder } from "./command.ts";

const settings = {
  login: `
listen: 127.0.0.1:0
publicUrl: http://localhost:8400
database: ./login.db
signingKey: { file: ./k.pem }
sites: [ "http://localhost:8401" ]
cookie: { secure: false }
`,
  gateway: `
http: [ "127.0.0.1:0" ]
trustedProxies: [ 127.0.0.1 ]
keys: [ { file: ./k.pem.pub } ]
sites: [ { origin: "http://localhost:8401" } ]
`,
};

for (const [name, text] of Object.entries(settings)) {
  const command = [name, "--config", "s.yaml"];

  async function folderWithSettings() {
    const folder = await temporaryFolder();
    await makeKeys(folder.path, "k.pem");
    await writeFile(join(folder.path, "s.yaml"), text);
    return folder;
  }

  test(`${name} starts, answers, and stops on SIGTERM with exit code 0`, async () => {
    await using folder = await folderWithSettings();
    await using program = start(folder.path, command);
    const address = await listeningAddress(program);
    const response = await fetch(new URL("/nothing-here", address));
    assert.ok(response.status >= 400);
    await response.body?.cancel();
    program.child.kill("SIGTERM");
    await program.logged("stopped");
    assert.equal(await program.ended, 0);
  });

  test(`${name} stops on SIGINT, too`, async () => {
    await using folder = await folderWithSettings();
    await using program = start(folder.path, command);
    await program.logged("listening");
    program.child.kill("SIGINT");
    assert.equal(await program.ended, 0);
  });

  test(`${name} keeps its settings when SIGHUP finds broken ones, and says why`, async () => {
    await using folder = await folderWithSettings();
    await using program = start(folder.path, command);
    const address = await listeningAddress(program);
    const reload = async (changed: string) => {
      await writeFile(join(folder.path, "s.yaml"), changed);
      program.child.kill("SIGHUP");
    };
    await reload(`${text}\nunknown: 1\nlisten: {`);
    const broken = await program.logged("not reloaded: the old settings stay in force");
    assert.match(String(broken.problems), /s\.yaml:\d+:\d+: /);
    await reload(text.replace("k.pem", "no.pem"));
    const unusable = await program.logged("not reloaded: the old settings stay in force");
    assert.match(String(unusable.problems), /no\.pem/);
    await (await fetch(address)).body?.cancel();
    await reload(text);
    await program.logged("reloaded");
    await (await fetch(address)).body?.cancel();
    program.child.kill("SIGTERM");
    assert.equal(await program.ended, 0);
  });

  test(`${name} names all problems of its settings and exits with 2`, async () => {
    await using folder = await folderWithSettings();
    await writeFile(join(folder.path, "s.yaml"), `${text}\none: 1\ntwo: 2\n`);
    const { code, stdout, stderr } = await run(folder.path, command);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
    assert.match(stderr, /s\.yaml:\d+:1: one: .*\n.*s\.yaml:\d+:1: two: /);
  });

  test(`${name} exits with 2 when a key is missing`, async () => {
    await using folder = await folderWithSettings();
    await writeFile(join(folder.path, "s.yaml"), text.replace("k.pem", "no.pem"));
    const { code, stderr } = await run(folder.path, command);
    assert.equal(code, 2);
    assert.match(stderr, /^countersign: .*no\.pem/m);
    assert.doesNotMatch(stderr, /^ {4}at /m);
  });

  test(`${name} --help explains every setting`, async () => {
    await using folder = await temporaryFolder();
    const { code, stdout } = await run(folder.path, [name, "--help"]);
    assert.equal(code, 0);
    assert.match(stdout, /Settings:\n(?: {2}[\w[\].]+: .*\n {6}.*\n)/);
  });
}

test("does not wait for a request under way after a second signal", async () => {
  await using folder = await temporaryFolder();
  await makeKeys(folder.path, "k.pem");
  await writeFile(join(folder.path, "s.yaml"), settings.login);
  await using program = start(folder.path, ["login", "--config", "s.yaml"]);
  const { hostname, port } = new URL(await listeningAddress(program));
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  const form = ["Content-Type: application/x-www-form-urlencoded", "Content-Length: 10"];
  const head = ["POST /login HTTP/1.1", "Host: localhost", ...form, "Expect: 100-continue"];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  // "100 Continue": the server has the request and waits for its body.
  await once(socket, "data");
  program.child.kill("SIGTERM");
  await program.logged("stopping");
  const insisting = setInterval(() => program.child.kill("SIGTERM"), 50);
  assert.equal(await program.ended, 143);
  clearInterval(insisting);
  socket.destroy();
});

test("takes a signal that arrives twice at once for one, as the launcher and systemd send it", async () => {
  await using folder = await temporaryFolder();
  await makeKeys(folder.path, "k.pem");
  await writeFile(join(folder.path, "s.yaml"), settings.login);
  await using program = start(folder.path, ["login", "--config", "s.yaml"]);
  await listeningAddress(program);
  program.child.kill("SIGTERM");
  program.child.kill("SIGINT");
  assert.equal(await program.ended, 0);
});

async function listeningAddress(program: ReturnType<typeof start>): Promise<string> {
  const { addresses } = await program.logged("listening");
  assert.ok(Array.isArray(addresses));
  return String(addresses[0]);
}
