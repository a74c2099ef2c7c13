import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { atEnd } from "../kit/cleanup.ts";
import { createPair } from "../kit/namespaces/network.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { waitUntil } from "../kit/wait-until.ts";
import { openTalk } from "./kit/talk.ts";

const commandLine = join(import.meta.dirname, "../../bin/countersign.js");

test("tcpcryptd in the background, as a person runs it", { timeout: 90_000 }, async (t) => {
  const { a, b } = createPair(t);
  const folder = temporaryFolder(t);

  /** One host's configuration, and its commands. */
  function tcpcryptOn(host: typeof a, settings: object = {}) {
    const runtimeFolder = join(folder, host.label);
    const config = join(folder, `${host.label}.yaml`);
    const ports = { ports: "all" };
    const all = { outgoing: [ports], incoming: [ports], workers: 1, runtimeFolder, ...settings };
    writeFileSync(config, JSON.stringify(all));
    const run = (...args: string[]) => host.run(process.execPath, commandLine, "tcpcrypt", ...args);
    const daemon = {
      up: () => run("up", "--config", config),
      down: () => run("down", "--config", config),
      ask: (...args: string[]) => run(...args, "--socket", join(runtimeFolder, "tcpcrypt.sock")),
    };
    atEnd(t, async () => void (await daemon.down()));
    return daemon;
  }

  const before = await a.must("nft", "list", "ruleset");
  const onA = tcpcryptOn(a);
  const onB = tcpcryptOn(b);

  await t.test("up returns when connections are encrypted, and tells what it does", async () => {
    for (const { up } of [onA, onB]) {
      const { code, stdout, stderr } = await up();
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^tcpcryptd runs \(process \d+, for \d+ s\)\n {2}outgoing {2}all ports/);
      assert.match(stdout, /^control socket {2}\/.*\/tcpcrypt\.sock\nlog +\/.*\/tcpcrypt\.log$/m);
    }
    const { client } = await openTalk(a, b);
    const { remoteAddress, remotePort } = client;
    const [ofA, ofB] = await Promise.all([
      onA.ask("session-id", `[${remoteAddress}]:${remotePort}`),
      // On the wire the port is another one than the application's.
      onB.ask("session-id", a.ipv4),
    ]);
    assert.match(ofA.stdout, /^23[0-9A-F]{64}\n$/);
    assert.equal(ofB.stdout, ofA.stdout);
    client.destroy();
  });

  await t.test("another up says that it runs already, and harms nothing", async () => {
    const { code, stdout, stderr } = await onA.up();
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /^countersign: another tcpcryptd runs here/);
    assert.equal((await onA.ask("status")).code, 0);
  });

  await t.test("down takes everything away, and says so", async () => {
    const { code, stdout } = await onA.down();
    assert.equal(code, 0);
    assert.match(stdout, /^tcpcryptd \(process \d+\) has ended, and has undone its changes\n$/);
    assert.equal(await a.must("nft", "list", "ruleset"), before);
    assert.equal((await onA.ask("status")).code, 1);
    assert.match(
      (await onA.down()).stdout,
      /^tcpcryptd does not run here, and has left nothing\n$/,
    );
  });

  await t.test("down cleans up after one that was killed, and opens what was closed", async () => {
    const closed = { ports: "all", mode: "required" };
    const strict = tcpcryptOn(a, { outgoing: [closed] });
    assert.equal((await strict.up()).code, 0);
    const { pid } = JSON.parse((await strict.ask("status", "--json")).stdout);
    process.kill(pid, "SIGKILL");
    const isGone = async () => (await strict.ask("status")).code === 1;
    assert.ok(await waitUntil(isGone, 5000));
    const status = await strict.ask("status", "--json");
    assert.deepEqual(JSON.parse(status.stdout), { running: false, requiredPortsClosed: true });
    const { code, stdout, stderr } = await strict.down();
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^undone: .*\nopened: .*\n$/);
    assert.equal(await a.must("nft", "list", "ruleset"), before);
  });

  await t.test("up says why it cannot start", async () => {
    const nobodyThere = tcpcryptOn(a, { user: "countersign-no-such-user" });
    const { code, stdout, stderr } = await nobodyThere.up();
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /^countersign: the system knows no such user or group/);
    assert.equal(await a.must("nft", "list", "ruleset"), before);
  });
});
