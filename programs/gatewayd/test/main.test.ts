import assert from "node:assert/strict";
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startGateway } from "../src/main.ts";
import { exchange, outcomeOf, paramsOf, requestOf } from "./ask-over-fastcgi.ts";
import { get, headersOf } from "./ask-over-http.ts";
import { folderFor, settingsFrom, worldIn } from "./running.ts";
import { cookies, now, sample, visit } from "./sample.ts";

/** A folder with a key, settings to start from, and where they listen. */
function prepare(context: TestContext) {
  const folder = folderFor(context);
  writeFileSync(join(folder, "ticket.pub.pem"), sample.publicKey);
  const socketPath = join(folder, "gateway.sock");
  const path = join(folder, "authorizer.sock");
  const value = {
    http: [`unix:${socketPath}`],
    fastcgi: [`unix:${path}`],
    keys: [{ file: "ticket.pub.pem" }],
    sites: sample.sites,
  };
  const world = worldIn(folder, now);
  return { folder, socketPath, path, value, world };
}

const statusAt = async (socketPath: string) =>
  (await get({ socketPath }, "/auth", headersOf(visit))).status;

test("listens everywhere, and leaves nothing behind", async (context) => {
  const { socketPath, path, value, world } = prepare(context);
  const gateway = await startGateway(settingsFrom(value), world);
  assert.deepEqual(gateway.addresses, [`unix:${socketPath}`, `unix:${path}`]);
  assert.equal(await statusAt(socketPath), 204);
  assert.equal(outcomeOf(await exchange({ path }, requestOf(paramsOf(visit)))).kind, "in");
  await gateway.stop();
  assert.deepEqual([existsSync(socketPath), existsSync(path)], [false, false]);
});

test("lets only its own account and group open the sockets unless it says otherwise", async (context) => {
  const { socketPath, value, world } = prepare(context);
  const gateway = await startGateway(settingsFrom(value), world);
  context.after(() => gateway.stop());
  assert.equal(statSync(socketPath).mode & 0o777, 0o660);
});

test("leaves nothing behind when it cannot listen everywhere", async (context) => {
  const { folder, socketPath, value, world } = prepare(context);
  const broken = { ...value, fastcgi: [`unix:${folder}/missing/a.sock`] };
  await assert.rejects(startGateway(settingsFrom(broken), world), {
    code: "missing-folder",
  });
  assert.equal(existsSync(socketPath), false);
});

test("a relative path of a socket starts at the folder of the settings", async (context) => {
  const { socketPath, value, world } = prepare(context);
  const relative = { ...value, http: ["unix:gateway.sock"] };
  const gateway = await startGateway(settingsFrom(relative), world);
  context.after(() => gateway.stop());
  assert.equal(gateway.addresses[0], `unix:${socketPath}`);
  assert.equal(await statusAt(socketPath), 204);
});

test("follows other settings without closing what stays", async (context) => {
  const { folder, socketPath, path, value, world } = prepare(context);
  const gateway = await startGateway(settingsFrom(value), world);
  context.after(() => gateway.stop());
  const { ino } = statSync(socketPath);
  const other = join(folder, "other.sock");
  const sites = [{ origin: "http://other.example.com" }];
  await gateway.reload(settingsFrom({ ...value, sites, fastcgi: [`unix:${other}`] }));
  assert.deepEqual(gateway.addresses, [`unix:${socketPath}`, `unix:${other}`]);
  assert.deepEqual([existsSync(path), existsSync(other)], [false, true]);
  assert.equal(statSync(socketPath).ino, ino);
  assert.equal(await statusAt(socketPath), 401);
});

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test("gives sockets that stay the file mode of the new settings", async (context) => {
  const { socketPath, path, value, world } = prepare(context);
  const open = settingsFrom({ ...value, socketMode: "0666" });
  const gateway = await startGateway(open, world);
  context.after(() => gateway.stop());
  assert.deepEqual([modeOf(socketPath), modeOf(path)], ["666", "666"]);
  await gateway.reload(settingsFrom({ ...value, socketMode: "0600" }));
  assert.deepEqual([modeOf(socketPath), modeOf(path)], ["600", "600"]);
  await gateway.reload(open);
  assert.deepEqual([modeOf(socketPath), modeOf(path)], ["666", "666"]);
});

test("keeps the file modes when one cannot be changed", async (context) => {
  const { socketPath, path, value, world } = prepare(context);
  const gateway = await startGateway(settingsFrom(value), world);
  context.after(() => gateway.stop());
  rmSync(path);
  const reload = () => gateway.reload(settingsFrom({ ...value, socketMode: "0666" }));
  await assert.rejects(reload(), { code: "cannot-listen" });
  assert.equal(modeOf(socketPath), "660");
  assert.equal(await statusAt(socketPath), 204);
});

test("follows settings that change twice at once, one after the other", async (context) => {
  const { folder, value, world } = prepare(context);
  const gateway = await startGateway(settingsFrom(value), world);
  context.after(() => gateway.stop());
  const at = (name: string) => settingsFrom({ ...value, fastcgi: [`unix:${folder}/${name}`] });
  await Promise.all([gateway.reload(at("one.sock")), gateway.reload(at("two.sock"))]);
  assert.deepEqual(gateway.addresses, [...value.http, `unix:${folder}/two.sock`]);
  assert.equal(existsSync(join(folder, "one.sock")), false);
});

test("keeps the old settings when the new ones cannot be followed", async (context) => {
  const { folder, socketPath, value, world } = prepare(context);
  const gateway = await startGateway(settingsFrom(value), world);
  context.after(() => gateway.stop());
  const before = gateway.addresses;
  const sites = [{ origin: "http://other.example.com" }];
  const broken = [
    { ...value, sites, keys: [{ file: "missing.pem" }] },
    { ...value, sites, http: [`unix:${folder}/new.sock`, `unix:${folder}/missing/a.sock`] },
  ];
  for (const next of broken) {
    await assert.rejects(gateway.reload(settingsFrom(next)), { name: "GatewayError" });
    assert.deepEqual(gateway.addresses, before);
    assert.equal(existsSync(join(folder, "new.sock")), false);
    assert.equal(await statusAt(socketPath), 204);
  }
});

test("writes decisions down at debug level, without ticket or query", async (context) => {
  const { socketPath, value, world } = prepare(context);
  const gateway = await startGateway(settingsFrom(value), world);
  context.after(() => gateway.stop());
  await statusAt(socketPath);
  await get({ socketPath }, "/auth", headersOf({ ...visit, cookies: `${cookies}x` }));
  await get({ socketPath }, "/auth", { Cookie: cookies });
  const [allowed, refused, failed] = world.lines.map((line) => JSON.parse(line));
  assert.deepEqual([allowed.decision, allowed.user, allowed.path], ["allow", "ada", "/page"]);
  assert.deepEqual([refused.decision, refused.reason], ["log-in", "malformed"]);
  assert.equal(failed.msg, "could not decide");
  const text = world.lines.join("");
  assert.doesNotMatch(text, /auth_pubtkt|sig%3D|sig=|secret/);
});
